# echo.s: how does a program read what is typed?
#
# read gives as many bytes as are there, at most as many as the buffer holds; 0 means that nothing will
# ever come again. What was read is written until all of it is gone, for write, too, may take less.
#
# Look at: echo good morning | emu run programs/echo.s
#          emu run --stdin README.md programs/echo.s

    .equ SIZE, 4096
    .globl _start
    .text
_start:
    la   s0, buffer
next:
    li   a0, 0                  # standard input
    mv   a1, s0
    li   a2, SIZE
    li   a7, 63                 # read
    ecall
    blez a0, done               # 0: the end; below: an error
    mv   s1, s0                 # what is left to write
    mv   s2, a0
1:  li   a0, 1                  # standard output
    mv   a1, s1
    mv   a2, s2
    li   a7, 64                 # write
    ecall
    blez a0, done
    add  s1, s1, a0
    sub  s2, s2, a0
    bnez s2, 1b
    j    next
done:
    neg  a0, a0                 # 0, or the errno
    li   a7, 93
    ecall

    .bss
buffer: .zero SIZE
