# two_files/main.s: how do two source files become one program?
#
# Each is assembled for itself; `greet` is only a name here, and where it will lie is unknown. The linker puts the
# sections side by side, finds `greet` in the other file's symbol table and fills in its address.
#
# Look at: emu run --with programs/two_files/greet.s programs/two_files/main.s
#          emu run programs/two_files/main.s                    undefined: the error names the symbol
#          emu asm programs/two_files/*.s -o greet.elf && emu dis greet.elf

    .globl _start
    .text
_start:
    li   s0, 3
1:  mv   a0, s0
    call greet                  # in greet.s
    addi s0, s0, -1
    bnez s0, 1b
    lw   a0, greeted            # greet.s counts in a variable of its own
    li   a7, 93
    ecall
