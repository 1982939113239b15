# mesi.s: which messages keep the copies of one word in two caches alike?
#
# Two harts use one word in five steps, taking turns by a word in another line:
#   1  hart 0 reads     nobody else has the line: Exclusive
#   2  hart 1 reads     now both have it: Shared
#   3  hart 0 writes    it says so on the bus (BusUpgr): Modified here, Invalid there
#   4  hart 1 reads     hart 0 supplies what it has written (an intervention): Shared again
#   5  hart 1 writes    and the other way round
#
# Look at: emu run --harts 2 --events coherence programs/kernel/mesi.s     the line that the program names, in the log
#          emu stat --harts 2 programs/kernel/mesi.s                       bus.upgrade, bus.intervention

    .include "../lib/sys.s"
    .include "../lib/thread.s"
    .globl _start
_start:
    sw   zero, page, t0             # a frame for the page; the word's line stays out of all caches
    la   a0, word
    call frame_of
    slli s0, a0, 12
    la   t0, word
    slli t0, t0, 8*W - 12
    srli t0, t0, 8*W - 12
    add  s0, s0, t0                 # its physical address
    say  "the word is in line "
    mv   a0, s0
    call print_hex
    call newline
    la   a0, other_hart
    la   a1, stack_end
    la   a2, tid
    call start_thread
    li   a0, 0
    call pin
    la   s1, turn
    la   s2, word
    mv   a0, s1
    li   a1, 1
    call lower                      # both are where they belong
    lw   s3, 0(s2)                  # 1
    mv   a0, s1
    li   a1, 2
    call raise
    mv   a0, s1
    li   a1, 3
    call lower
    li   t0, 42
    sw   t0, 0(s2)                  # 3
    mv   a0, s1
    li   a1, 4
    call raise
    la   a0, tid
    call join
    lw   s3, word
    tell s3, " at the end\n"
    li   a0, 0
    call exit

other_hart:
    li   a0, 1
    call pin
    bnez a0, alone
    la   s1, turn
    la   s2, word
    mv   a0, s1
    li   a1, 1
    call raise
    mv   a0, s1
    li   a1, 2
    call lower
    lw   s3, 0(s2)                  # 2
    mv   a0, s1
    li   a1, 3
    call raise
    mv   a0, s1
    li   a1, 4
    call lower
    lw   s3, 0(s2)                  # 4
    addi s3, s3, 1
    sw   s3, 0(s2)                  # 5
    li   a0, 0
    call exit

alone:
    say  "there is no other hart: --harts 2\n"
    li   a0, 1
    sys  SYS_exit_group

    .bss
    .balign 4096
page:  .zero 1024
word:  .zero 64                     # a line of its own
turn:  .zero 64
tid:   .zero 64
stack: .zero 4096
stack_end:
