# exec.s: what survives when a process starts another program?
#
# execve throws the address space away and builds a new one from the file. The process stays: its number, its open files,
# its place in the family. The program executes itself, with its pid as an argument; a variable it changed is new again.
#
# Look at: emu run programs/kernel/exec.s
#          emu stat programs/kernel/exec.s     both runs of the program are one process

    .include "../lib/sys.s"
    .globl _start
_start:
    LX   s0, 0(sp)                  # argc
    LX   s1, W(sp)                  # argv[0]
    lw   s2, variable
    sys  SYS_getpid
    mv   s3, a0
    say  "process "
    tell s3, ": the variable is "
    tell s2, "\n"
    li   t0, 2
    beq  s0, t0, 1f
    li   t0, 5
    sw   t0, variable, t1
    la   t0, argv
    SX   s1, 0(t0)
    la   t1, again
    SX   t1, W(t0)
    mv   a0, s1
    la   a1, argv
    li   a2, 0                      # no environment
    sys  SYS_execve
    neg  a0, a0                     # only if it failed
    call exit
1:  LX   a0, 2*W(sp)
    call print_string
    call newline
    la   a0, missing
    li   a1, 0
    li   a2, 0
    sys  SYS_execve
    mv   s0, a0
    say  "a file that isn't there: "
    mv   a0, s0
    call print_signed
    say  ", and I am still here\n"
    li   a0, 0
    call exit

    .section .rodata
again:   .asciz "my argument came along"
missing: .asciz "/no/such/program"
    .data
variable: .word 1
    .bss
    .balign 8
argv: .zero 3*W
