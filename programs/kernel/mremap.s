# mremap.s: how can realloc make a large block larger without copying it?
#
# mremap grows a mapping in place when there is room above it. When there isn't, it may move it: the page-table entries go
# to the new addresses, the frames stay where they are.
#
# Look at: emu run programs/kernel/mremap.s     no frames for moving 64 pages, only page tables
#          emu stat programs/kernel/mremap.s    faults.minor

    .include "../lib/sys.s"
    .equ PAGES, 64
    .equ HERE, 0x20000000
    .globl _start

.macro remap old:req, new:req, flags:req
    mv   a0, s0
    li   a1, \old * PAGE
    li   a2, \new * PAGE
    li   a3, \flags
    li   a4, 0
    sys  SYS_mremap
.endm

_start:
    li   a0, HERE
    li   a1, PAGES * PAGE
    li   a2, PROT_RW
    li   a3, PRIVATE
    li   a4, -1
    li   a5, 0
    sys  SYS_mmap
    mv   s0, a0
    li   s9, PAGE
    mv   t0, s0
    li   t1, PAGES
1:  sw   t1, 0(t0)
    add  t0, t0, s9
    addi t1, t1, -1
    bnez t1, 1b

    remap PAGES, 2*PAGES, 0         # grow where it is
    xor  s1, a0, s0
    seqz s1, s1
    say  "larger, at the same address: "
    tell s1, "\n"
    li   t0, 2 * PAGES * PAGE
    add  a0, s0, t0                 # now somebody else lives above
    li   a1, PAGE
    li   a2, PROT_RW
    li   a3, PRIVATE
    li   a4, -1
    li   a5, 0
    sys  SYS_mmap
    remap 2*PAGES, 4*PAGES, 0
    mv   s1, a0
    say  "no room above: "
    mv   a0, s1
    call print_signed
    call newline
    call free_pages
    mv   s2, a0
    remap 2*PAGES, 4*PAGES, 1       # MREMAP_MAYMOVE
    mv   s3, a0
    call free_pages
    sub  s2, s2, a0
    li   t0, 16
    sltu s2, s2, t0
    xor  s1, s3, s0
    snez s1, s1
    say  "moved: "
    tell s1, ", for less than 16 frames: "
    tell s2, "\n"
    li   s4, 0
    mv   t0, s3
    li   t1, PAGES
2:  lw   t2, 0(t0)
    xor  t2, t2, t1
    snez t2, t2
    add  s4, s4, t2
    add  t0, t0, s9
    addi t1, t1, -1
    bnez t1, 2b
    tell s4, " pages lost\n"
    lw   t0, 0(s0)                  # nothing is left there: SIGSEGV
    li   a0, 0
    call exit
