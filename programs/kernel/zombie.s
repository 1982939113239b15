# zombie.s: what is left of a process that has ended?
#
# Its memory and files are gone at once; its number and its exit status stay until its parent asks for them with wait: a
# zombie. kill with signal 0 only asks whether a process exists.
#
# Look at: emu run programs/kernel/zombie.s

    .include "../lib/sys.s"
    .globl _start
_start:
    call fork
    bnez a0, parent
    li   a0, 7
    call exit
parent:
    mv   s0, a0
    li   a0, 1
    call milliseconds               # the child has ended by now
    say  "after its end, kill says "
    call ask
    call wait_child
    mv   s1, a1
    sub  s2, a0, s0
    seqz s2, s2
    say  "wait found my child: "
    tell s2, ", with status "
    tell s1, "\n"
    say  "after wait, kill says "
    call ask
    say  "nobody left to wait for: "
    call wait_child
    call print_signed
    call newline
    li   a0, 0
    call exit

ask:
    mv   s3, ra
    mv   a0, s0
    li   a1, 0
    sys  SYS_kill
    call print_signed
    call newline
    jr   s3
