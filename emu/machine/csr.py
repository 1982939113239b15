"""Control and status registers: RISC-V Privileged, "CSR Listing"; Unprivileged, "Zicsr" and "Zicntr"."""

from __future__ import annotations

from emu.machine.arith import sext32
from emu.machine.jit import hot
from emu.machine.mmu import trap

ILLEGAL_INSN = 2
FFLAGS, FRM, FCSR = 0x001, 0x002, 0x003
CYCLE, TIME, INSTRET, UPPER = 0xC00, 0xC01, 0xC02, 0x80
SATP, MHARTID = 0x180, 0xF14
STORED = (0x100, 0x104, 0x105, 0x140, 0x141, 0x142, 0x143, 0x300, 0x304, 0x305, 0x340, 0x341, 0x342, 0x343)


@hot
def stored_index(number):
    """Where a plain read/write register is kept in hart.csr, or -1."""
    for k in range(len(STORED)):
        if STORED[k] == number:
            return k
    return -1


@hot
def exists(m, number):
    """Whether the machine has this CSR at all."""
    if FFLAGS <= number <= FCSR or number == SATP or number == MHARTID:
        return True
    if CYCLE <= number <= INSTRET or (m.xlen == 32 and CYCLE <= number - UPPER <= INSTRET):
        return True
    return stored_index(number) >= 0


@hot
def counter(m, h, number):
    """cycle, time or instret, all 64 bits. `time` ticks every 2**time_shift cycles."""
    clock = h.clock + h.cycles + h.extra
    if number == CYCLE:
        return clock
    if number == TIME:
        return clock >> m.time_shift
    return h.instret + h.local_instret


@hot
def read(m, h, number):
    """The value of an existing CSR."""
    if number == FFLAGS:
        return h.fcsr & 31
    if number == FRM:
        return (h.fcsr >> 5) & 7
    if number == FCSR:
        return h.fcsr & 255
    if number == SATP:
        return h.satp
    if number == MHARTID:
        return h.id
    if number >= CYCLE + UPPER:
        return sext32(counter(m, h, number - UPPER) >> 32)
    if number >= CYCLE:
        value = counter(m, h, number)
        return value if m.xlen == 64 else sext32(value)
    return h.csr[stored_index(number)]


@hot
def write(m, h, number, value):
    """Set a writable CSR; satp is the kernel's and stays."""
    if number == FFLAGS:
        h.fcsr = (h.fcsr & ~31) | (value & 31)
    elif number == FRM:
        h.fcsr = (h.fcsr & 31) | ((value & 7) << 5)
    elif number == FCSR:
        h.fcsr = value & 255
    elif stored_index(number) >= 0:
        h.csr[stored_index(number)] = value


@hot
def access(m, h, rec, number, operand, action, writes):
    """csrrw, csrrs, csrrc (action 0 1 2). Returns 0, or FAULT for a register that is absent, private or read-only."""
    number &= 0xFFF
    if not exists(m, number) or (number >> 8) & 3 > h.priv or (writes and number >> 10 == 3):
        return trap(h, ILLEGAL_INSN, 0)
    old = read(m, h, number)
    if writes:
        write(m, h, number, operand if action == 0 else old | operand if action == 1 else old & ~operand)
    h.x[rec.rd] = old
    return 0
