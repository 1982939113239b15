# mprotect.s: can a page lose a right while the program runs?
#
# The page is written, then made read-only. Its bytes stay and can be read; the next store traps. The TLB held a
# translation with the W bit: if the kernel forgot to flush it, the store would go through.
#
# Look at: emu run programs/mprotect.s       the fault card: the PTE's W bit refuses, and so does the area

    .globl _start
    .text
_start:
    la   s0, page
    li   t0, 7
    sb   t0, 0(s0)                  # fault, frame, TLB entry with W

    mv   a0, s0
    li   a1, 4096
    li   a2, 1                      # PROT_READ
    li   a7, 226                    # mprotect
    ecall
    call print_signed               # 0: done
    call space
    lbu  a0, 0(s0)
    call print_decimal
    la   a0, text
    call print_string
    sb   zero, 0(s0)                # SIGSEGV
    li   a0, 0
    call exit

    .section .rodata
text: .asciz " is still there, now writing\n"

    .bss
    .balign 4096
page: .zero 4096

    .include "lib/io.s"
