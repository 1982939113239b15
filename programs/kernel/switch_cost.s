# switch_cost.s: why is a switch to another process dearer than a switch to another thread?
#
# Two partners send a byte to and fro through two pipes, and each looks at 32 pages at its turn. First they are two threads, then
# two processes. The registers are exchanged in either case. The process has an address space of its own besides: satp must change, and
# its pages need translations of their own in the TLBs, though they are the same frames.
#
# Look at: emu run programs/kernel/switch_cost.s
#          emu stat programs/kernel/switch_cost.s     context_switches; walk.count; the ledger's sched and walk

    .include "../lib/sys.s"
    .include "../lib/thread.s"
    .equ ROUNDS, 100
    .equ PAGES, 32
    .globl _start
_start:
    la   a0, there
    li   a1, 0
    sys  SYS_pipe2
    la   a0, back
    li   a1, 0
    sys  SYS_pipe2
    call look                       # the page faults

    la   a0, partner
    la   a1, stack_end
    la   a2, tid
    call start_thread
    call measure
    mv   s10, a0
    la   a0, tid
    call join

    call fork
    bnez a0, 1f
    call look
    call partner
    li   a0, 0
    call exit
1:  call measure
    mv   s11, a0
    call wait_child

    say  "between threads:   "
    tell s10, " cycles to and fro\n"
    say  "between processes: "
    tell s11, " cycles to and fro\n"
    sub  s0, s11, s10
    tell s0, " more\n"
    li   a0, 0
    call exit

measure:                            # → a0 = cycles of a round, the first ones left out
    addi sp, sp, -16
    SX   ra, 0(sp)
    call to_and_fro
    rdcycle s0
    call to_and_fro
    rdcycle a0
    sub  a0, a0, s0
    li   t0, ROUNDS
    divu a0, a0, t0
    LX   ra, 0(sp)
    addi sp, sp, 16
    ret

to_and_fro:
    mv   s3, ra
    li   s1, ROUNDS
1:  lw   a0, there + 4
    call send
    lw   a0, back
    call receive
    call look
    addi s1, s1, -1
    bnez s1, 1b
    jr   s3

partner:
    mv   s3, ra
    li   s1, 2 * ROUNDS
1:  lw   a0, there
    call receive
    call look
    lw   a0, back + 4
    call send
    addi s1, s1, -1
    bnez s1, 1b
    jr   s3

look:
    la   t0, pages
    li   t1, PAGES
    li   t2, PAGE
1:  lw   t3, 0(t0)
    add  t0, t0, t2
    addi t1, t1, -1
    bnez t1, 1b
    ret

send:
    la   a1, byte
    li   a2, 1
    sys  SYS_write
    ret

receive:
    addi sp, sp, -16                # each has a place of its own for it
    mv   a1, sp
    li   a2, 1
    sys  SYS_read
    addi sp, sp, 16
    ret

    .bss
    .balign 16
there: .zero 8
back:  .zero 8
byte:  .zero 8
tid:   .zero 8
    .balign 4096
stack: .zero 4096
stack_end:
pages: .zero PAGES * PAGE
