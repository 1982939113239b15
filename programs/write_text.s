# write_text.s: why can't a program overwrite its own instructions?
#
# The page that holds the instructions is there and may be read and executed; its PTE lacks the W bit. The store
# traps, the kernel finds the area, sees that its rights don't allow a write and sends SIGSEGV.
#
# Look at: emu run programs/write_text.s     the fault card: this time the walk succeeds, and one bit refuses

    .globl _start
    .text
_start:
    la   t0, _start
    lw   t1, 0(t0)              # reading is allowed
    la   a0, text
    call print_string
    la   t0, _start
    sw   zero, 0(t0)            # writing isn't
    li   a0, 0
    call exit

    .section .rodata
text: .asciz "read my first instruction, now writing it\n"

    .include "lib/io.s"
