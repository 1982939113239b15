"""All states that a few harts can bring two cache lines into, found by trying every action in every state.

Each action is one instruction on the real machine. The data lines share set 0 of every cache; the code that acts on
them is one line in set 1, out of their way. A state is what decides the future: tags, MESI states, recency, filters,
directory – and, in the explorer's own books, which copies hold the value written last: caches here hold no data, so
the recorded events (fills, write-backs, interventions) tell where data would have gone if they did.
"""

from __future__ import annotations

from collections import deque
from itertools import product
from typing import NamedTuple

import numpy as np

from emu.machine import Machine, load_config
from emu.machine.cache import L1D, L1I, L2, LLC
from emu.machine.check import (
    check_data_filter,
    check_directory,
    check_fetch_filter,
    check_inclusion,
    check_levels,
    check_sets,
    check_single_writer,
)
from emu.machine.events import KIND_NAMES
from emu.machine.state import NEVER
from emu.machine.tlb import data_slot

LINE = 256  # bytes: room for all the code in one line
CODE = LINE  # set 1
DATA = {"A": 0x1000, "B": 0x2000}  # both in set 0
RUN_AT = 128  # in a data line: an instruction to be fetched from it
NOP = 0x00000013
A_REGISTER, B_REGISTER = 10, 11
ACTIONS = {
    "load": 0x00052283,  # lw t0, 0(a0)
    "store": 0x00552023,  # sw t0, 0(a0)
    "amo": 0x005522AF,  # amoadd.w t0, t0, (a0)
}
SLOT = getattr(data_slot, "py_func", data_slot)
HART_FIELDS = ("tick", "reserved", "reserved_line")
MACHINE_FIELDS = ("tick", "rng", "reservations")


class Snapshot(NamedTuple):
    """The part of a machine's state that actions change."""

    lines: tuple[np.ndarray, ...]
    filters: tuple[np.ndarray, ...]
    harts: tuple[tuple[int, ...], ...]
    machine: tuple[int, ...]
    directory: tuple[int, ...]


class Explorer:
    """Breadth-first search from the empty caches. `seen` maps each state to the actions that first led there."""

    def __init__(self, harts: int, actions: tuple[str, ...] = ("load", "store", "amo", "fetch"), **overrides) -> None:
        small = {f"{unit}.ways": 1 for unit in ("l1i", "l1d", "l2", "llc")}
        settings = {"cache.line": LINE, "ram": "64K", **small} | overrides
        for unit in ("l1i", "l1d", "l2", "llc"):
            settings[f"{unit}.size"] = 2 * LINE * settings[f"{unit}.ways"]
        self.machine = machine = Machine(load_config("toy", settings), harts=harts)
        self.state = machine.state
        self.harts = [h.record() for h in machine.harts]
        self.count = int(self.state.cache[LLC].first + self.state.cache[LLC].sets * self.state.cache[LLC].ways)
        self.numbers = {name: at // LINE for name, at in DATA.items()}
        self.names = {number: name for name, number in self.numbers.items()}
        self.data_slots = [SLOT(n) for n in self.numbers.values()]
        self.fetch_slots = [*self.numbers.values(), CODE // LINE]
        self.places = {}  # (level, hart) -> the ways of set 0
        for level in range(4):
            shape = self.state.cache[level]
            for k in range(harts if level != LLC else 1):
                first = int(shape.first + k * shape.stride)
                self.places[level, k] = slice(first, first + int(shape.ways))
        self.cells = machine._arrays[1].view(np.int64)
        self.shallow = bool(self.state.shallow)
        self.through = [bool(self.state.cache[level].through) for level in range(4)]
        self.allocates = bool(self.state.cache[L1D].allocate)
        self.actions = [(k, name, line) for k, name, line in product(range(harts), actions, DATA)]
        for k, word in enumerate(ACTIONS.values()):
            machine.ram32[(CODE + 4 * k) // 4] = word
        for at in DATA.values():
            machine.ram32[(at + RUN_AT) // 4] = NOP
        self.state.event_mask = -1
        self.latest: frozenset = frozenset()
        self.seen: dict[tuple, str] = {}
        self.edges = 0

    # -------------------------------------------------------------------------------------------------------- machine

    def act(self, k: int, name: str, line: str) -> None:
        """One instruction of a hart."""
        machine, hart = self.machine, self.machine.harts[k]
        hart.x[A_REGISTER] = DATA[line]
        hart.pc = DATA[line] + RUN_AT if name == "fetch" else CODE + 4 * list(ACTIONS).index(name)
        self.state.event_count = 0
        machine.run(max_insns=1, hart=k)

    def warm(self) -> None:
        """The code line goes into every hart's L1I; then the data lines are as if never touched."""
        for k in range(self.machine.hart_count):
            self.machine.harts[k].priv = 3
            for name in ACTIONS:
                self.act(k, name, "A")
        self.forget_data()
        self.state.line["slot"][: self.count] = 0
        for number in self.numbers.values():
            self.cells[number] = 0
        for hart in self.harts:
            hart.dhit["rtag"] = hart.dhit["wtag"] = hart.fhit["tag"] = NEVER

    def forget_data(self) -> None:
        """Empty set 0 of every cache."""
        for place in self.places.values():
            for field in ("line_tag", "line_used", "line_filled"):
                self.state[field][place] = 0
            self.state.line[place] = np.zeros(place.stop - place.start, dtype=self.state.line.dtype)

    def save(self) -> Snapshot:
        """Copies of what actions change."""
        n, state = self.count, self.state
        lines = tuple(state[field][:n].copy() for field in ("line_tag", "line_used", "line_filled", "line"))
        filters = tuple(h.dhit[self.data_slots].copy() for h in self.harts)
        filters += tuple(h.fhit[self.fetch_slots].copy() for h in self.harts)
        harts = tuple(tuple(int(h[field]) for field in HART_FIELDS) for h in self.harts)
        directory = tuple(int(self.cells[number]) for number in self.numbers.values())
        return Snapshot(lines, filters, harts, tuple(int(state[field]) for field in MACHINE_FIELDS), directory)

    def restore(self, s: Snapshot) -> None:
        """Back to a saved state."""
        for field, array in zip(("line_tag", "line_used", "line_filled", "line"), s.lines, strict=True):
            self.state[field][: self.count] = array
        number = len(self.harts)
        for h, data, fetch, values in zip(self.harts, s.filters[:number], s.filters[number:], s.harts, strict=True):
            h.dhit[self.data_slots] = data
            h.fhit[self.fetch_slots] = fetch
            for field, value in zip(HART_FIELDS, values, strict=True):
                h[field] = value
        for field, value in zip(MACHINE_FIELDS, s.machine, strict=True):
            self.state[field] = value
        for line, value in zip(self.numbers.values(), s.directory, strict=True):
            self.cells[line] = value

    # ------------------------------------------------------------------------------------------------------------ keys

    def set_key(self, level: int, k: int) -> tuple:
        """Set 0 of a cache: each way's line, state, dirtiness and place in the order of use."""
        place, where = self.places[level, k], -1 if level == LLC else k
        used = self.state.line_used[place].tolist()
        tags, lines = self.state.line_tag[place].tolist(), self.state.line[place].tolist()
        out = []
        for stamp, tag, (_, above, state, dirty) in zip(used, tags, lines, strict=True):
            name = self.names.get(tag - 1, "")
            rank = sum(other < stamp for other in used)
            out.append((name, state, dirty, above if tag else 0, rank, (name, level, where) in self.latest))
        return tuple(out)

    def hart_key(self, k: int) -> tuple:
        """All that belongs to one hart, without its number: states that differ only in names of harts are one."""
        data = self.harts[k].dhit[self.data_slots].tolist()
        fetch = self.harts[k].fhit[self.fetch_slots[:-1]].tolist()
        filters = tuple((f[0] != NEVER, f[1] != NEVER) for f in data), tuple(f[0] != NEVER for f in fetch)
        known = tuple(int(self.cells[number]) >> k & 1 for number in self.numbers.values())
        return (*(self.set_key(level, k) for level in (L1I, L1D, L2)), filters, known)

    def key(self) -> tuple:
        """The whole state."""
        harts = sorted(self.hart_key(k) for k in range(len(self.harts)))
        dram = tuple((name, -1, -1) in self.latest for name in DATA)
        return self.set_key(LLC, 0), tuple(harts), dram

    # ------------------------------------------------------------------------------------------------------------ data

    def present(self) -> set[tuple[str, int, int]]:
        """(line, level, hart) of every copy; the LLC is hart -1, memory level -1."""
        found = {(name, -1, -1) for name in DATA}
        for (level, k), place in self.places.items():
            for tag in self.state.line_tag[place].tolist():
                if tag - 1 in self.names:
                    found.add((self.names[tag - 1], level, -1 if level == LLC else k))
        return found

    def events(self) -> list[tuple[str, str, int, int, int]]:
        """(kind, line, hart, b, c) of what was recorded about the data lines."""
        rows = self.state.event[: int(self.state.event_count)]
        columns = (rows[name].tolist() for name in ("kind", "a", "hart", "b", "c"))
        return [
            (KIND_NAMES[kind], self.names[a // LINE], hart, b, c)
            for kind, a, hart, b, c in zip(*columns, strict=True)
            if a // LINE in self.names
        ]

    def follow_data(self, k: int, action: str, line: str) -> None:
        """Where the newest data are after an action, as the recorded events moved them; a load must have seen them."""
        fresh = set(self.latest)  # copies with the newest value; dropped ones stay until the action is over
        for kind, name, hart, b, c in self.events():
            if kind == "dram_read":
                self.move(fresh, name, (LLC, -1), (name, -1, -1) in fresh)
            elif kind == "intervention":
                owner = any((name, level, b) in fresh for level in (L1D, L2))
                self.move(fresh, name, (L2, b), owner)  # on its way out
                self.move_down(fresh, name, LLC, owner)
            elif kind == "write_back" and c == L1D:
                mine = (name, L1D, hart) in fresh
                self.move(fresh, name, (L2, hart), mine)
                if self.through[L2] or self.shallow:
                    self.move_down(fresh, name, LLC, mine)
            elif kind == "write_back" and c == L2:
                self.move_down(fresh, name, LLC, any((name, level, hart) in fresh for level in (L1D, L2)))
            elif kind == "write_back" and c == LLC:
                private = any((name, level, h) in fresh for level in (L1D, L2) for h in range(len(self.harts)))
                self.move(fresh, name, (-1, -1), private or (name, LLC, -1) in fresh)
            elif kind == "cache_fill" and c == L2:
                self.move(fresh, name, (L2, hart), (name, LLC, -1) in fresh)
            elif kind == "cache_fill" and c == L1D:
                source = (name, LLC, -1) if self.shallow else (name, L2, hart)
                self.move(fresh, name, (L1D, hart), source in fresh)
        if (action == "load" or (action == "amo" and self.allocates)) and (line, L1D, k) not in fresh:
            raise AssertionError(f"hart {k} {action}s an old value of line {line}")
        present = self.present()
        if action in ("store", "amo"):
            fresh = {f for f in fresh if f[0] != line} | self.written(k, line, present)
        self.latest = frozenset(fresh & present)

    def written(self, k: int, line: str, present: set) -> set:
        """The copies that a store changes: down to the first that has the line and is not write-through."""
        path = [(line, L1D, k), (line, L2, k), (line, LLC, -1)]
        out = set()
        for place in path:
            if place in present:
                out.add(place)
                if not self.through[place[1]]:
                    return out
        return out | {(line, -1, -1)}

    def move_down(self, fresh: set, name: str, level: int, is_new: bool) -> None:
        """A whole line comes to the LLC, and to memory if the LLC keeps nothing to itself."""
        self.move(fresh, name, (level, -1), is_new)
        if self.through[LLC] or self.shallow:
            self.move(fresh, name, (-1, -1), is_new)

    @staticmethod
    def move(fresh: set, name: str, to: tuple[int, int], is_new: bool) -> None:
        """A copy arrives somewhere."""
        (fresh.add if is_new else fresh.discard)((name, *to))

    # ---------------------------------------------------------------------------------------------------------- search

    def check(self) -> None:
        """What must hold in every state."""
        machine = self.machine
        check_sets(machine)
        check_single_writer(machine)
        check_levels(machine)
        check_inclusion(machine)
        check_directory(machine)
        check_data_filter(machine)
        check_fetch_filter(machine)
        for name in DATA:
            if not any(f[0] == name for f in self.latest):
                raise AssertionError(f"the newest data of line {name} are lost")

    def explore(self, limit: int = 1_000_000) -> Explorer:
        """Visit every reachable state; raises what a check raises, with the way there."""
        self.warm()
        self.latest = frozenset((name, -1, -1) for name in DATA)
        self.seen[self.key()] = ""
        queue = deque([(self.save(), self.latest, "")])
        while queue:
            snapshot, latest, path = queue.popleft()
            for k, name, line in self.actions:
                self.restore(snapshot)
                self.latest = latest
                self.act(k, name, line)
                here = f"{path} {k}:{name} {line}"
                self.edges += 1
                try:
                    self.follow_data(k, name, line)
                    key = self.key()
                    if key in self.seen:
                        continue
                    self.check()
                except AssertionError as error:
                    raise AssertionError(f"{error}\nafter{here}") from error
                if len(self.seen) >= limit:
                    raise AssertionError(f"more than {limit} states")
                self.seen[key] = here
                queue.append((self.save(), self.latest, here))
        return self
