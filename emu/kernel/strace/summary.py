"""`strace -c`: calls, errors and simulated time by system call; in nanoseconds, for few calls take a microsecond."""

from __future__ import annotations

from dataclasses import dataclass

RULE = "------ ----------- ----------- --------- --------- ----------------\n"


@dataclass(slots=True)
class Tally:
    """Of one system call."""

    nanoseconds: int = 0
    calls: int = 0
    errors: int = 0


class Summary:
    """Counts calls that return; the time is all that passed in them, waiting too (strace -c -w)."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}

    def add(self, name: str, nanoseconds: int, failed: bool) -> None:
        """A call has returned."""
        tally = self.tallies.setdefault(name, Tally())
        tally.nanoseconds += nanoseconds
        tally.calls += 1
        tally.errors += failed

    def table(self) -> str:
        """As strace prints it, the most time first."""
        total = Tally(*(sum(getattr(t, name) for t in self.tallies.values()) for name in Tally.__slots__))
        order = sorted(self.tallies.items(), key=lambda item: (-item[1].nanoseconds, -item[1].calls, item[0]))
        rows = "".join(row(name, tally, total.nanoseconds) for name, tally in order)
        head = "% time     seconds  nsecs/call     calls    errors syscall\n"
        return f"{head}{RULE}{rows}{RULE}{row('total', total, total.nanoseconds)}"


def row(name: str, tally: Tally, whole: int) -> str:
    """One line of the table; the columns are strace's."""
    share = 100 * tally.nanoseconds / whole if whole else 0.0
    each = tally.nanoseconds // max(tally.calls, 1)
    return f"{share:6.2f} {tally.nanoseconds / 1e9:11.9f} {each:11} {tally.calls:9} {tally.errors or '':>9} {name}\n"
