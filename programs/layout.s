# layout.s: where do the parts of a process lie?
#
# From low to high: text, read-only data, data, bss, the heap, a wide gap, the mmap area, the stack; page 0 is nobody's.
# 32 bits give a program 3 GB, 64 bits (Sv48) 128 TB. Heap, mmap area and stack move by a random amount, so that an
# attacker can't know addresses: run it with several seeds, and without.
#
# Look at: emu run programs/layout.s
#          emu run --seed 2 programs/layout.s
#          emu run --no-aslr programs/layout.s
#          emu run --xlen 32 programs/layout.s

    .macro show text
    mv   s0, a0
    la   a0, \text
    call print_string
    mv   a0, s0
    call print_hex
    call newline
    .endm

    .globl _start
    .text
_start:
    la   a0, _start
    show text_text
    la   a0, text_text
    show text_rodata
    la   a0, variable
    show text_data
    la   a0, buffer
    show text_bss
    li   a0, 0
    li   a7, 214                # brk
    ecall
    show text_heap
    li   a0, 0
    li   a1, 4096
    li   a2, 3
    li   a3, 0x22
    li   a4, -1
    li   a5, 0
    li   a7, 222                # mmap
    ecall
    show text_mmap
    mv   a0, sp
    show text_stack
    li   a0, 0
    call exit

    .section .rodata
text_text:   .asciz "text   "
text_rodata: .asciz "rodata "
text_data:   .asciz "data   "
text_bss:    .asciz "bss    "
text_heap:   .asciz "heap   "
text_mmap:   .asciz "mmap   "
text_stack:  .asciz "stack  "

    .data
variable: .word 1
    .bss
buffer: .zero 64

    .include "lib/io.s"
