# hello.s: how does a program speak to the world?
#
# It can't: it asks the kernel. Four registers hold the question and `ecall` traps into the kernel,
# which writes the bytes, puts the result into a0 and goes on behind the ecall.
#
# Look at: emu run programs/hello.s            what it prints
#          emu run --xlen 32 programs/hello.s  the same source, as a 32-bit program
#          emu stat programs/hello.s           what these few instructions cost, and why
#          emu help insn ecall

    .globl _start
    .text
_start:
    li   a7, 64             # the system call's number: write
    li   a0, 1              # its first argument: file descriptor 1, standard output
    la   a1, message        # the second: the address of the bytes
    li   a2, message_end - message
    ecall                   # a0 = how many bytes were written

    li   a7, 93             # exit
    li   a0, 0              # with status 0: all is well
    ecall

    .section .rodata
message:
    .ascii "hello, world\n"
message_end:
