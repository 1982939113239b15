# touch8g.s: what happens when a program wants 8 GB of memory on a machine that has 4 GB?
#
# It asks for its memory in 128 pieces, then writes to every page, then looks whether every page still holds what was
# written. Asking costs nothing: memory is given when it is touched.
#
# Look at: emu run --timing off --xlen 32 --ram 4G programs/kernel/touch8g.s    there are no 8 GB of addresses: ENOMEM
#          emu run --timing off --ram 4G programs/kernel/touch8g.s              all is promised; the OOM killer comes
#          emu run --timing off --ram 4G --swap 8G programs/kernel/touch8g.s    it completes (minutes), nothing is lost
#          emu stat --ram 16M --swap 64M programs/kernel/touch8g.s 32           the same in small: an argument says how
#                                                                               many MB; swap_pages.in and .out

    .include "../lib/sys.s"
    .equ PIECES, 128
    .globl _start
    .text
_start:
    li   s0, 8192                   # MB
    LX   t0, 0(sp)                  # argc
    li   t1, 2
    blt  t0, t1, 1f
    LX   a0, 2*W(sp)                # argv[1]
    call parse_decimal
    mv   s0, a0
1:  slli s1, s0, 20 - 7             # bytes of a piece: MB * 2^20 / 128
    la   s2, pieces
    li   s3, 0
ask:
    li   a0, 0
    mv   a1, s1
    li   a2, PROT_RW
    li   a3, PRIVATE
    li   a4, -1
    li   a5, 0
    sys  SYS_mmap
    li   t0, -4096
    bgtu a0, t0, refused
    SX   a0, 0(s2)
    addi s2, s2, W
    addi s3, s3, 1
    li   t0, PIECES
    bltu s3, t0, ask
    tell s0, " MB asked for, and granted\n"

    la   s4, write_page
    call every_page
    tell s5, " pages written\n"
    li   s6, 0
    la   s4, check_page
    call every_page
    tell s5, " pages read again\n"
    tell s6, " of them damaged\n"
    snez a0, s6
    call exit

every_page:                         # calls s4 with a0 = address, s5 = number, from 0
    mv   s7, ra
    li   s5, 0
    la   s2, pieces
    li   s3, PIECES
    li   s9, PAGE
1:  LX   s8, 0(s2)
    add  s10, s8, s1
2:  mv   a0, s8
    jalr s4
    add  s8, s8, s9
    addi s5, s5, 1
    bltu s8, s10, 2b
    addi s2, s2, W
    addi s3, s3, -1
    bnez s3, 1b
    jr   s7

write_page:                         # the number at the beginning of the page, its complement at the end
    add  t0, a0, s9
    not  t1, s5
    SX   s5, 0(a0)
    SX   t1, -W(t0)
    ret

check_page:
    add  t0, a0, s9
    LX   t1, 0(a0)
    LX   t2, -W(t0)
    not  t2, t2
    bne  t1, s5, 1f
    bne  t2, s5, 1f
    ret
1:  addi s6, s6, 1
    ret

refused:
    neg  s4, a0
    mul  a0, s3, s1
    srli s3, a0, 20
    tell s3, " MB granted, then no more: errno "
    tell s4, "\n"
    mv   a0, s4
    call exit

    .bss
    .balign 8
pieces: .zero PIECES * W
