# oom.s: when memory is gone and nothing can be given back, who has to die?
#
# Whose end frees most: pages in memory, on swap and of page tables, moved by oom_score_adj, thousandths of all memory. Four
# children: 2 has 400 pages; 3 has 200 but volunteers with +500; 4 has 600 and is exempt with -1000; 5 takes page after page.
#
# Look at: emu run --ram 8M programs/kernel/oom.s      the kernel's report: the table, and who was chosen, twice
#          emu stat --ram 8M programs/kernel/oom.s     reclaim.oom_kills

    .include "../lib/sys.s"
    .globl _start

.macro child pages:req, adj:req, length:req
    call fork
    li   s0, \pages
    la   s1, \adj
    li   s2, \length
    beqz a0, run
.endm

_start:
    child 400, none, 1
    child 200, volunteer, 3
    child 600, exempt, 5
    li   a0, 5
    call milliseconds
    child 8192, none, 1
    li   s4, 4
1:  call wait_child
    mv   s0, a0
    mv   s1, a1
    mv   s2, a2
    say  "child "
    tell s0, ": "
    li   t0, 2
    beq  s2, t0, 2f
    say  "ended by itself\n"
    j    3f
2:  say  "killed by signal "
    tell s1, "\n"
3:  addi s4, s4, -1
    bnez s4, 1b
    li   a0, 0
    call exit

run:                                # s0 pages, s1, s2: text for oom_score_adj
    li   a0, -100
    la   a1, path
    li   a2, 1                      # O_WRONLY
    li   a3, 0
    sys  SYS_openat
    mv   a1, s1
    mv   a2, s2
    sys  SYS_write
    slli s3, s0, 12
    li   a0, 0
    mv   a1, s3
    li   a2, PROT_RW
    li   a3, PRIVATE | 0x4000       # MAP_NORESERVE: even if it is more than there is
    li   a4, -1
    li   a5, 0
    sys  SYS_mmap
    li   t0, PAGE
1:  sw   s0, 0(a0)
    add  a0, a0, t0
    addi s0, s0, -1
    bnez s0, 1b
    li   a0, 100
    call milliseconds
    li   a0, 0
    call exit

    .section .rodata
path:      .asciz "/proc/self/oom_score_adj"
none:      .ascii "0"
volunteer: .ascii "500"
exempt:    .ascii "-1000"
