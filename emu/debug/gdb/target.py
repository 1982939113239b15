"""What gdb asks about the target: the description of its registers (target.xml) and the memory map.

Registers have gdb's own order and names ("RISC-V Features" in appendix G): x0…x31 and pc, f0…f31 with fflags, frm and
fcsr, then the CSRs that a user program may read, and satp.
"""

from __future__ import annotations

from typing import NamedTuple

from emu.isa.abi import F_NAMES, X_NAMES
from emu.isa.csrs import CSR_BY_NAME

CPU, FPU, CSR = "org.gnu.gdb.riscv.cpu", "org.gnu.gdb.riscv.fpu", "org.gnu.gdb.riscv.csr"
FIRST_CSR = 65  # gdb's number of CSR 0
CSRS = {name: CSR_BY_NAME[name].number for name in ("cycle", "time", "instret", "satp")}
FP_CSRS = {name: CSR_BY_NAME[name].number for name in ("fflags", "frm", "fcsr")}


class Register(NamedTuple):
    """A register as gdb sees it."""

    number: int
    name: str
    bits: int
    feature: str
    type: str = "int"


def registers(xlen: int, *, floats: bool) -> list[Register]:
    """All of them in the order of the `g` packet."""
    pointers = {"ra": "code_ptr", "sp": "data_ptr", "gp": "data_ptr", "tp": "data_ptr", "s0": "data_ptr"}
    rows = [
        Register(n, "fp" if name == "s0" else name, xlen, CPU, pointers.get(name, "int"))
        for n, name in enumerate(X_NAMES)
    ]
    rows.append(Register(32, "pc", xlen, CPU, "code_ptr"))
    if floats:
        rows += [Register(33 + n, name, 64, FPU, "riscv_double") for n, name in enumerate(F_NAMES)]
        rows += [Register(FIRST_CSR + n, name, 32, FPU) for name, n in FP_CSRS.items()]
    rows += [Register(FIRST_CSR + n, name, xlen, CSR) for name, n in CSRS.items()]
    return rows


DOUBLE = (
    '<union id="riscv_double"><field name="float" type="ieee_single"/><field name="double" type="ieee_double"/></union>'
)


def target_xml(xlen: int, *, floats: bool) -> str:
    """The target description."""
    rows = registers(xlen, floats=floats)
    parts = [f"<architecture>riscv:rv{xlen}</architecture>", "<osabi>GNU/Linux</osabi>"]
    for feature in dict.fromkeys(row.feature for row in rows):
        inside = [register_xml(row) for row in rows if row.feature == feature]
        parts.append("\n".join([f'<feature name="{feature}">', *([DOUBLE] if feature == FPU else ()), *inside]))
        parts.append("</feature>")
    body = "\n".join(parts)
    return (
        f'<?xml version="1.0"?>\n<!DOCTYPE target SYSTEM "gdb-target.dtd">\n<target version="1.0">\n{body}\n</target>\n'
    )


def register_xml(row: Register) -> str:
    """One <reg/>."""
    group = ' group="csr"' if row.feature == CSR else ""
    return f'<reg name="{row.name}" bitsize="{row.bits}" type="{row.type}" regnum="{row.number}"{group}/>'


def memory_map(xlen: int) -> str:
    """All of the address space may be read and written, as far as it is mapped."""
    size = (1 << xlen) - 1
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" '
        '"http://sourceware.org/gdb/gdb-memory-map.dtd">\n'
        f'<memory-map><memory type="ram" start="0x0" length="{size:#x}"/></memory-map>\n'
    )
