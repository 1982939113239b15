# page_walk.s: which page-table entries does the MMU read to find one address?
#
# An address is an index for each level of the page table and an offset into the page. Sv48 has four
# levels of 9 bits (PGD, PUD, PMD, PTE), Sv32 two of 10 (PGD, PTE). The program cuts one address in
# pieces as the MMU does, maps the page, stores into it and reads it back.
#
# Look at: emu run programs/page_walk.s             the indices, level by level
#          emu run --xlen 32 programs/page_walk.s   only two of them
#          emu stat programs/page_walk.s            walks, and the PTE reads they made

    .include "lib/xlen.s"
.if __riscv_xlen == 64
    .equ ADDRESS, 0x123456789abc        # below 128 TB, the end of user space
    .equ LEVELS, 4
    .equ BITS, 9
.else
    .equ ADDRESS, 0x12345678            # below 3 GB
    .equ LEVELS, 2
    .equ BITS, 10
.endif
    .equ PAGE_SHIFT, 12

    .globl _start
    .text
_start:
    la   a0, text_address
    call print_string
    li   s0, ADDRESS
    mv   a0, s0
    call print_hex
    call newline

    li   s1, LEVELS - 1                 # level, from the root down
    la   s2, names
1:  mv   a0, s2
    call print_string
    addi s2, s2, 5                      # names have 4 letters and a 0
    li   t0, BITS
    mul  t0, t0, s1
    addi t0, t0, PAGE_SHIFT
    srl  a0, s0, t0                     # this level's bits, down to bit 0
    andi a0, a0, (1 << BITS) - 1
    li   a1, 5
    call pad_decimal
    call newline
    addi s1, s1, -1
    bgez s1, 1b

    la   a0, text_offset
    call print_string
    slli a0, s0, __riscv_xlen - PAGE_SHIFT
    srli a0, a0, __riscv_xlen - PAGE_SHIFT
    li   a1, 5
    call pad_decimal
    call newline

    li   a0, ADDRESS & ~0xfff           # mmap the page at exactly this place
    li   a1, 4096
    li   a2, 3                          # PROT_READ | PROT_WRITE
    li   a3, 0x32                       # MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED
    li   a4, -1
    li   a5, 0
    li   a7, 222
    ecall
    li   t0, 42
    sb   t0, 0(s0)                      # page fault, then: TLB miss, walk, store
    lbu  a0, 0(s0)                      # TLB hit
    call exit                           # with status 42, if the byte came back

    .section .rodata
names:
.if __riscv_xlen == 64
    .asciz "PGD "
    .asciz "PUD "
    .asciz "PMD "
    .asciz "PTE "
.else
    .asciz "PGD "
    .asciz "PTE "
.endif
text_address: .asciz "address "
text_offset:  .asciz "byte"

    .include "lib/io.s"
