        .globl _start, write
_start: call main
        li a7, 93
        ecall
write:  li a7, 64
        ecall
        ret
