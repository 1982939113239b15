# shm_sysv.s: how do two processes without a common mapping find the same memory?
#
# By a number: shmget makes or finds the segment with a key, shmat maps it, wherever there is room. It stays when everybody has left,
# until IPC_RMID; removed while it is attached, it goes with the last one.
#
# Look at: emu run programs/kernel/shm_sysv.s
#          emu stat programs/kernel/shm_sysv.s      syscalls.shmat; no page is copied: faults.cow

    .include "../lib/sys.s"
    .equ SYS_shmget, 194
    .equ SYS_shmctl, 195
    .equ SYS_shmat, 196
    .equ SYS_shmdt, 197
    .equ KEY, 1234
    .equ IPC_CREAT, 0x200
    .equ IPC_RMID, 0
    .globl _start
_start:
    call fork
    beqz a0, writer
    call wait_child                 # it has made the segment, written, and left it
    li   a0, KEY
    li   a1, PAGE
    li   a2, 0600
    sys  SYS_shmget
    mv   s0, a0
    li   a1, 0
    li   a2, 0
    sys  SYS_shmat
    mv   s1, a0
    lw   s2, 0(s1)
    say  "found by its key, after its maker has ended: "
    tell s2, "\n"
    mv   a0, s0
    li   a1, IPC_RMID
    li   a2, 0
    sys  SYS_shmctl
    lw   s2, 0(s1)
    say  "removed, but still attached: "
    tell s2, "\n"
    mv   a0, s1
    sys  SYS_shmdt
    li   a0, KEY
    li   a1, PAGE
    li   a2, 0600
    sys  SYS_shmget
    mv   s2, a0
    say  "after the last one has left: "
    mv   a0, s2
    call print_signed
    call newline
    li   a0, 0
    call exit

writer:
    li   a0, KEY
    li   a1, PAGE
    li   a2, 0600 | IPC_CREAT
    sys  SYS_shmget
    li   a1, 0
    li   a2, 0
    sys  SYS_shmat
    li   t0, 77
    sw   t0, 0(a0)
    li   a0, 0
    call exit
