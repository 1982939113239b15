"""Trap causes: RISC-V Privileged, "Machine Cause (mcause) Register"."""

from __future__ import annotations

INSN_ADDR_MISALIGNED = 0
INSN_ACCESS_FAULT = 1
ILLEGAL_INSN = 2
BREAKPOINT = 3
LOAD_ADDR_MISALIGNED = 4
LOAD_ACCESS_FAULT = 5
STORE_ADDR_MISALIGNED = 6
STORE_ACCESS_FAULT = 7
ECALL_U = 8
ECALL_S = 9
ECALL_M = 11
INSN_PAGE_FAULT = 12
LOAD_PAGE_FAULT = 13
STORE_PAGE_FAULT = 15

CAUSE_NAMES = {
    INSN_ADDR_MISALIGNED: "instruction address misaligned",
    INSN_ACCESS_FAULT: "instruction access fault",
    ILLEGAL_INSN: "illegal instruction",
    BREAKPOINT: "breakpoint",
    LOAD_ADDR_MISALIGNED: "load address misaligned",
    LOAD_ACCESS_FAULT: "load access fault",
    STORE_ADDR_MISALIGNED: "store/AMO address misaligned",
    STORE_ACCESS_FAULT: "store/AMO access fault",
    ECALL_U: "environment call from U-mode",
    ECALL_S: "environment call from S-mode",
    ECALL_M: "environment call from M-mode",
    INSN_PAGE_FAULT: "instruction page fault",
    LOAD_PAGE_FAULT: "load page fault",
    STORE_PAGE_FAULT: "store/AMO page fault",
}

PAGE_FAULTS = frozenset((INSN_PAGE_FAULT, LOAD_PAGE_FAULT, STORE_PAGE_FAULT))
ACCESS_FAULTS = frozenset((INSN_ACCESS_FAULT, LOAD_ACCESS_FAULT, STORE_ACCESS_FAULT))
MISALIGNED = frozenset((INSN_ADDR_MISALIGNED, LOAD_ADDR_MISALIGNED, STORE_ADDR_MISALIGNED))


def cause_name(cause: int) -> str:
    """The manual's name of an exception code; never raises."""
    return CAUSE_NAMES.get(cause, f"reserved cause {cause}")
