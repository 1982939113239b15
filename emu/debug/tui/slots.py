"""Where panes go: slots with tabs, arranged by the size of the terminal, or as the user names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

WIDE, MEDIUM = (160, 40), (110, 30)


@dataclass(slots=True)
class Slot:
    """A place on the screen: the panes it can show, which one it shows, how far that is scrolled."""

    names: list[str]
    active: int = 0
    scroll: int = 0
    following: bool = True

    @property
    def name(self) -> str:
        """The pane that is shown."""
        return self.names[self.active]

    def turn(self, by: int) -> None:
        """Another tab."""
        self.choose((self.active + by) % len(self.names))

    def choose(self, index: int) -> None:
        """The tab of this number."""
        self.active, self.scroll, self.following = index, 0, True


@dataclass(slots=True)
class Split:
    """Parts side by side or one below the other, each with its share of the room."""

    across: bool
    parts: list[tuple[int, Any]]


CODE, STATE = ["source", "code"], ["registers", "stack"]
SPEECH = ["answers", "output"]
HARDWARE = ["walk", "tlb", "l1d", "l1i", "l2", "mesi", "frames", "cycles"]
KERNEL = ["processes", "areas", "faults", "syscalls", "memory", "calls", "stops"]


def arranged(columns: int, rows: int) -> Split:
    """The panes that fit a terminal of this size."""
    if columns >= WIDE[0] and rows >= WIDE[1]:
        left = Split(False, [(6, Slot(CODE.copy())), (5, Slot(["answers"]))])
        middle = Split(
            False, [(4, Slot(STATE.copy())), (4, Slot(["memory", "stack", "calls", "stops"])), (3, Slot(["output"]))]
        )
        right = Split(False, [(4, Slot(HARDWARE.copy())), (4, Slot(HARDWARE.copy(), 2)), (3, Slot(KERNEL.copy()))])
        return Split(True, [(5, left), (4, middle), (5, right)])
    if columns >= MEDIUM[0] and rows >= MEDIUM[1]:
        left = Split(False, [(3, Slot(CODE.copy())), (2, Slot(SPEECH.copy()))])
        right = Split(False, [(2, Slot(STATE.copy())), (3, Slot(HARDWARE + KERNEL))])
        return Split(True, [(1, left), (1, right)])
    if columns < 60:
        return Split(False, [(1, Slot(CODE + STATE)), (1, Slot(SPEECH + HARDWARE + KERNEL))])
    above = Split(True, [(3, Slot(CODE.copy())), (2, Slot(STATE.copy()))])
    return Split(False, [(1, above), (1, Slot(SPEECH + HARDWARE + KERNEL))])


def named(panes: list[str], columns: int) -> Split:
    """The panes that the user named: the first one large, the others in a column beside it, or all in a column. Below
    them are the answers, if they are not among them: a command must not fall silent.
    """
    slots: list[Any] = [Slot([name]) for name in panes]
    if len(slots) > 1 and columns >= 80:
        slots = [Split(True, [(1, slots[0]), (1, Split(False, [(1, slot) for slot in slots[1:]]))])]
    parts = [(3, slot) for slot in slots]
    return Split(False, parts if "answers" in panes else [*parts, (1, Slot(SPEECH.copy()))])


def slots_of(part: Any) -> list[Slot]:
    """All slots, in reading order."""
    return [part] if isinstance(part, Slot) else [slot for _, each in part.parts for slot in slots_of(each)]
