"""Control and status registers: RISC-V Privileged, "CSR Listing".

Bits 11..10 of a number tell read-only (3) from read/write, bits 9..8 the lowest privilege that may touch it.
"""

from __future__ import annotations

from typing import NamedTuple


class Csr(NamedTuple):
    """A register: its number, name, the widths that have it, and what it holds."""

    number: int
    name: str
    xlens: tuple[int, ...]
    summary: str

    @property
    def read_only(self) -> bool:
        """Whether any write raises an illegal instruction."""
        return self.number >> 10 == 3

    @property
    def privilege(self) -> int:
        """0 user, 1 supervisor, 2 hypervisor, 3 machine."""
        return self.number >> 8 & 3


_TABLE = """
001 fflags        both  floating-point exception flags: NV DZ OF UF NX
002 frm           both  floating-point rounding mode
003 fcsr          both  frm and fflags together
C00 cycle         both  cycles of this hart's clock
C01 time          both  wall-clock timer ticks
C02 instret       both  instructions retired
C80 cycleh        32    upper half of cycle
C81 timeh         32    upper half of time
C82 instreth      32    upper half of instret
100 sstatus       both  supervisor status: SIE SPIE SPP FS SUM MXR
104 sie           both  supervisor interrupts enabled
105 stvec         both  supervisor trap handler
106 scounteren    both  counters that user mode may read
10A senvcfg       both  user environment configuration
140 sscratch      both  supervisor scratch
141 sepc          both  pc of the trapped instruction
142 scause        both  cause of the trap
143 stval         both  bad address or instruction
144 sip           both  supervisor interrupts pending
180 satp          both  translation mode, ASID and root of the page table
F11 mvendorid     both  vendor
F12 marchid       both  architecture
F13 mimpid        both  implementation
F14 mhartid       both  hart number
F15 mconfigptr    both  configuration data structure
300 mstatus       both  machine status
301 misa          both  width and extensions
302 medeleg       both  exceptions delegated to supervisor mode
303 mideleg       both  interrupts delegated to supervisor mode
304 mie           both  machine interrupts enabled
305 mtvec         both  machine trap handler
306 mcounteren    both  counters that supervisor mode may read
310 mstatush      32    upper half of mstatus
320 mcountinhibit both  counters that stand still
340 mscratch      both  machine scratch
341 mepc          both  pc of the instruction trapped to machine mode
342 mcause        both  cause of the machine trap
343 mtval         both  bad address or instruction
344 mip           both  machine interrupts pending
30A menvcfg       both  supervisor environment configuration
31A menvcfgh      32    upper half of menvcfg
3A0 pmpcfg0       both  physical memory protection, regions 0 up
3A1 pmpcfg1       32    physical memory protection, regions 4 to 7
3A2 pmpcfg2       both  physical memory protection, regions 8 up
3A3 pmpcfg3       32    physical memory protection, regions 12 to 15
7A0 tselect       both  debug trigger selected
7A1 tdata1        both  debug trigger data 1
7A2 tdata2        both  debug trigger data 2
7A3 tdata3        both  debug trigger data 3
7B0 dcsr          both  debug control and status
7B1 dpc           both  debug pc
B00 mcycle        both  cycles, writable
B02 minstret      both  instructions retired, writable
B80 mcycleh       32    upper half of mcycle
B82 minstreth     32    upper half of minstret
"""


def _rows() -> list[Csr]:
    rows = []
    for line in _TABLE.strip().splitlines():
        number, name, xlens, summary = line.split(maxsplit=3)
        rows.append(Csr(int(number, 16), name, (32,) if xlens == "32" else (32, 64), summary))
    for i in range(3, 32):
        rows.append(Csr(0xC00 + i, f"hpmcounter{i}", (32, 64), f"event counter {i}"))
        rows.append(Csr(0xC80 + i, f"hpmcounter{i}h", (32,), f"upper half of hpmcounter{i}"))
        rows.append(Csr(0xB00 + i, f"mhpmcounter{i}", (32, 64), f"event counter {i}, writable"))
        rows.append(Csr(0xB80 + i, f"mhpmcounter{i}h", (32,), f"upper half of mhpmcounter{i}"))
        rows.append(Csr(0x320 + i, f"mhpmevent{i}", (32, 64), f"event that mhpmcounter{i} counts"))
    rows += [Csr(0x3B0 + i, f"pmpaddr{i}", (32, 64), f"physical memory protection, address {i}") for i in range(16)]
    return sorted(rows)


CSRS: tuple[Csr, ...] = tuple(_rows())
CSR_BY_NAME: dict[str, Csr] = {csr.name: csr for csr in CSRS}
CSR_BY_NUMBER: dict[int, Csr] = {csr.number: csr for csr in CSRS}

FFLAGS, FRM, FCSR = 0x001, 0x002, 0x003
CYCLE, TIME, INSTRET = 0xC00, 0xC01, 0xC02
CYCLEH, TIMEH, INSTRETH = 0xC80, 0xC81, 0xC82
SATP = 0x180


def csr_name(number: int) -> str:
    """The name, or the number in hex for one that has none."""
    csr = CSR_BY_NUMBER.get(number)
    return csr.name if csr else f"{number:#x}"
