# segv_map.s: can a program be its own pager?
#
# An array of 1 GB that nobody has mapped. Each first access to one of its pages is a SIGSEGV; the handler maps that page
# and returns, and the instruction is executed again, this time with success. Databases and garbage collectors work that
# way.
#
# Look at: emu run programs/kernel/segv_map.s
#          emu stat programs/kernel/segv_map.s    faults.invalid: one for each page, then a minor one

    .include "../lib/sys.s"
    .equ ARRAY, 0x40000000
    .equ STRIDE, 100 << 20
    .globl _start
_start:
    li   a0, SIGSEGV
    la   a1, handler
    call handle_signal
    li   s0, ARRAY
    li   s1, STRIDE
    li   s2, 10
    li   s3, 0                      # how often the handler ran
1:  sw   s2, 0(s0)                  # faults
    sw   s2, 2000(s0)               # the page is there
    add  s0, s0, s1
    addi s2, s2, -1
    bnez s2, 1b
    lw   s3, calls
    tell s3, " pages mapped by the handler\n"
    li   s0, ARRAY
    li   s2, 10
    li   s4, 0
2:  lw   t0, 0(s0)
    add  s4, s4, t0
    add  s0, s0, s1
    addi s2, s2, -1
    bnez s2, 2b
    tell s4, " is the sum of what was stored\n"
    li   a0, 0
    call exit

handler:
    lw   t0, calls
    addi t0, t0, 1
    sw   t0, calls, t1
    LX   a0, SI_UNION(a1)           # si_addr
    srli a0, a0, 12
    slli a0, a0, 12
    li   a1, PAGE
    li   a2, PROT_RW
    li   a3, PRIVATE | MAP_FIXED
    li   a4, -1
    li   a5, 0
    sys  SYS_mmap
    ret

    .data
calls: .word 0
