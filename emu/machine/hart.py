"""One hart as Python sees it: registers and control state, read and written at the cost of a memoryview cell."""

from __future__ import annotations

import numpy as np

from emu.isa.paging import PAGING_BARE, SCHEMES, make_satp
from emu.machine import state


def _cell(name: str, doc: str) -> property:
    """A 64-bit field of the hart's record as a plain int."""
    at = state.HART.fields[name][1] // 8

    def get(self) -> int:
        return self._cells[at]

    def put(self, value: int) -> None:
        self._cells[at] = value

    return property(get, put, doc=doc)


class Hart:
    """x: the 32 registers, signed 64-bit (RV32: sign-extended); f: the floating-point registers' bit patterns."""

    def __init__(self, machine, number: int) -> None:
        self.machine, self.number = machine, number
        size = state.HART.itemsize
        first = state.MACHINE.fields["hart"][1] + number * size
        whole = memoryview(machine.state_bytes)[first : first + size]
        self._cells = whole[: size - size % 8].cast("q")
        self.x = self._part("x", 32)
        self.f = self._part("x", 32, state.FLOATS)
        self._ledger = self._part("ledger", len(state.LEDGER_NAMES))

    def _part(self, name: str, count: int, first: int = 0) -> memoryview:
        at = state.HART.fields[name][1] // 8 + first
        return self._cells[at : at + count]

    pc = _cell("pc", "the program counter (RV32: sign-extended)")
    satp = _cell("satp", "the address-translation register; set it by `set_address_space`")
    cause = _cell("cause", "exception code of the last trap")
    tval = _cell("tval", "bad address or instruction of the last trap (RV32: sign-extended)")
    cycle = _cell("clock", "this hart's clock in cycles")
    instret = _cell("instret", "instructions retired")
    priv = _cell("priv", "privilege: 0 user, 1 supervisor, 3 machine")
    fcsr = _cell("fcsr", "floating-point control and status")
    online = _cell("online", "whether the hart takes part in `Machine.run`")
    pass_watch = _cell("pass_watch", "1: let the next accesses pass watchpoints")
    watch_va = _cell("watch_va", "address of the access that met a watchpoint")
    watch_kind = _cell("watch_kind", "0 load, 1 store: the access that met a watchpoint")
    reserved = _cell("reserved", "physical address reserved by LR, or -1")
    _levels = _cell("levels", "levels of the page table, 0 for bare")
    _asid = _cell("asid", "current address-space identifier")
    _root = _cell("root", "frame number of the root table")

    def charge(self, cause: int, cycles: int) -> None:
        """Add cycles to this hart's clock, in the ledger under a LEDGER_ cause."""
        self._ledger[cause] += cycles
        self.cycle += cycles

    def set_address_space(self, mode: int, asid: int, root_ppn: int) -> None:
        """Write satp (mode:

        PAGING_ of emu.isa.paging). Flushes no TLB; ends an LR reservation, as a context switch does.
        """
        value = make_satp(mode, asid, root_ppn)
        self.satp = value - (1 << 64) if value >> 63 else value
        self._levels = 0 if mode == PAGING_BARE else len(SCHEMES[mode].levels)
        self._asid, self._root = asid, root_ppn
        self.machine.satp_changed(self.number)

    def sfence(self, va: int | None = None, asid: int | None = None) -> None:
        """SFENCE.VMA: drop this hart's TLB entries of one page, one address space, both, or all."""
        if va is not None and self.machine.xlen == 32:
            va = ((va & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
        self.machine.sfence(self.number, -1 if va is None else va, -1 if asid is None else asid)

    def record(self) -> np.record:
        """The hart's whole record."""
        return self.machine.state.hart[self.number]
