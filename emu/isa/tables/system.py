"""Zifencei, Zicsr and the privileged instructions: RISC-V Unprivileged, "Zicsr"; RISC-V Privileged, "Machine-Mode
Privileged Instructions", "Supervisor Instructions"."""

ROWS = """
== Zifencei 32 64
fence.i  ............ ..... 001 ..... 0001111  {imm_ignored rs1_ignored rd_ignored}  order(stores before fetches)
    Makes this hart's own stores visible to its instruction fetch: after writing code.

== Zicsr 32 64
csrrw   ............ ..... 001 ..... 1110011  rd, csr, rs1  t = csr; csr = rs1; rd = t
    Swaps a control register and a register.
csrrs   ............ ..... 010 ..... 1110011  rd, csr, rs1  t = csr; csr = t | rs1; rd = t
    Reads a control register and sets bits in it; with zero it only reads.  csrrs a0, cycle, zero
csrrc   ............ ..... 011 ..... 1110011  rd, csr, rs1  t = csr; csr = t & ~rs1; rd = t
    Reads a control register and clears bits in it.
csrrwi  ............ ..... 101 ..... 1110011  rd, csr, zimm  t = csr; csr = uimm; rd = t
    Writes a 5-bit constant to a control register and reads its old value.
csrrsi  ............ ..... 110 ..... 1110011  rd, csr, zimm  t = csr; csr = t | uimm; rd = t
    Reads a control register and sets up to five low bits.
csrrci  ............ ..... 111 ..... 1110011  rd, csr, zimm  t = csr; csr = t & ~uimm; rd = t
    Reads a control register and clears up to five low bits.

== S 32 64
sret    000100000010 00000 000 00000 1110011  -  pc = sepc; mode = sstatus.SPP
    Returns from a trap taken in supervisor mode.
mret    001100000010 00000 000 00000 1110011  -  pc = mepc; mode = mstatus.MPP
    Returns from a trap taken in machine mode.
wfi     000100000101 00000 000 00000 1110011  -  hint: wait for an interrupt
    Sleeps until an interrupt may be pending.
sfence.vma  0001001 ..... ..... 000 00000 1110011  rs1, rs2  order(page-table stores before translations)
    Drops stale translations of the address rs1 and the address space rs2; zero means all.
"""
