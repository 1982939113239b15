"""The kernel's tracepoints as text: one record a line, in the order in which it happened (`emu run --trace`)."""

from __future__ import annotations

from typing import Any

from emu.errors import EmuError, did_you_mean
from emu.kernel.trace import KINDS

GROUPS = {
    "entries": ("sys_enter", "fault", "trap", "irq", "ipi", "softirq"),  # the ways into the kernel
    "irq": ("irq", "ipi", "softirq", "wakeup_ksoftirqd"),
    "memory": (
        "fault", "swap_in", "swap_out", "kswapd_wake", "kswapd", "kswapd_sleep", "direct_reclaim_begin",
        "direct_reclaim_end", "oom_kill",
    ),
    "sched": ("fork", "exec", "exit", "switch", "block", "wakeup"),
    "all": tuple(KINDS),
}  # fmt: skip
HEADING = "       cycle  hart   pid  event\n"
IN_HEX = ("address", "pc", "value", "args", "vma")


def parse(text: str) -> frozenset[str]:
    """'irq,fault' as kinds. EmuError for what is none."""
    wanted: set[str] = set()
    for word in filter(None, (part.strip() for part in text.split(","))):
        if word not in GROUPS and word not in KINDS:
            known = (*GROUPS, *KINDS)
            raise EmuError(f"no tracepoint is called {word!r}", hint=did_you_mean(word, known) or ", ".join(known))
        wanted.update(GROUPS.get(word, (word,)))
    return frozenset(wanted)


def line(record: Any) -> str:
    """One record."""
    fields = " ".join(f"{key}={show(key, value)}" for key, value in record.fields.items())
    return f"{record.cycle:>12}  {record.hart:>4}  {record.pid:>4}  {record.kind} {fields}".rstrip() + "\n"


def show(key: str, value: Any) -> str:
    """A field's value: addresses in hexadecimal, texts without blanks."""
    if isinstance(value, int) and key in IN_HEX:
        return f"{value:#x}"
    if isinstance(value, list | tuple):
        return ",".join(show(key, each) for each in value) or "-"
    return str(value).replace(" ", "_")
