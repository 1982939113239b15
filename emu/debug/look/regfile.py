"""Registers by name as unsigned numbers, of a task wherever they are kept, or of a hart; CSRs and their fields."""

from __future__ import annotations

from typing import Any, NamedTuple

from emu.debug.look.subject import hart_of, kernel_of, machine_of
from emu.debug.look.words import plural
from emu.isa.abi import F_NAMES, X_NAMES
from emu.isa.causes import cause_name
from emu.isa.paging import SATP32_ASID_BITS, SATP32_ASID_SHIFT, SATP64_ASID_BITS, SATP64_ASID_SHIFT, SCHEMES

ROUNDING = ("rne", "rtz", "rdn", "rup", "rmm", "reserved", "reserved", "dyn")
FLAGS = ["NX", "UF", "OF", "DZ", "NV"]
PRIVILEGES = {0: "user", 1: "supervisor", 3: "machine"}


class Registers(NamedTuple):
    """x, f (bit patterns), pc and fcsr; `hart` is the one that holds them, None when the task's structure does."""

    x: list[int]
    f: list[int]
    pc: int
    fcsr: int
    hart: int | None


def registers_of(session: Any, pid: int | None = None) -> Registers:
    """A task's registers; without a task (it ended) those that its hart was left with."""
    kernel = kernel_of(session)
    task = kernel.tasks.get(session.pid if pid is None else pid)
    wide, narrow = (1 << 64) - 1, kernel.xlen_mask
    number = session.hart if task is None else task.loaded_on
    held = task is not None and number >= 0 and kernel.sched.loaded[number] in (task, None) and not task.reload
    if task is None or held:
        hart = hart_of(session, number)
        x, f, pc, fcsr = hart.x, hart.f, hart.pc, hart.fcsr
    else:
        number, x, f, pc, fcsr = None, task.regs, task.fregs, task.pc, task.fcsr
    return Registers([v & narrow for v in x], [v & wide for v in f], pc & narrow, fcsr & 255, number)


def named(registers: Registers) -> dict[str, int]:
    """name -> value: pc, x, then f."""
    return {
        "pc": registers.pc,
        **dict(zip(X_NAMES, registers.x, strict=True)),
        **dict(zip(F_NAMES, registers.f, strict=True)),
    }


def csrs_of(session: Any, number: int | None = None) -> list[tuple[str, int, str]]:
    """(name, value, what its fields say) of a hart's control and status registers."""
    machine, hart = machine_of(session), hart_of(session, number)
    keep, fcsr = (1 << machine.xlen) - 1, hart.fcsr & 255
    time = hart.cycle >> int(machine.state.time_shift)
    rows = [
        ("fflags", fcsr & 31, flags_text(fcsr)),
        ("frm", fcsr >> 5, f"rounding {ROUNDING[fcsr >> 5]}"),
        ("fcsr", fcsr, "frm and fflags together"),
        ("cycle", hart.cycle & keep, f"{plural(hart.cycle, 'cycle')} of this hart's clock"),
        ("time", time & keep, f"{plural(time, 'tick')} of the wall-clock timer"),
        ("instret", hart.instret & keep, f"{plural(hart.instret, 'instruction')} retired"),
        ("satp", hart.satp & keep, satp_text(session, hart.satp & keep)),
        ("scause", hart.cause & keep, f"last trap: {cause_name(hart.cause)}"),
        ("stval", hart.tval & keep, "address or instruction of the last trap"),
        ("mhartid", hart.number, "number of this hart"),
        ("priv", hart.priv, f"{PRIVILEGES.get(hart.priv, '?')} mode"),
    ]
    if hart.reserved != -1:
        rows.append(("reservation", hart.reserved, "physical address that LR reserved"))
    return rows


def flags_text(fcsr: int) -> str:
    """The exception flags that are set."""
    return " ".join(name for bit, name in enumerate(FLAGS) if fcsr >> bit & 1) or "no flag set"


def satp_text(session: Any, satp: int) -> str:
    """Mode, ASID and root table."""
    machine = machine_of(session)
    mode, root = machine.split_satp(satp)
    if mode not in SCHEMES:
        return "bare: addresses are physical"
    shift, bits = (SATP32_ASID_SHIFT, SATP32_ASID_BITS) if machine.xlen == 32 else (SATP64_ASID_SHIFT, SATP64_ASID_BITS)
    asid = satp >> shift & ((1 << bits) - 1)
    return f"{SCHEMES[mode].name}, ASID {asid}, root table at {root << 12:#x}"
