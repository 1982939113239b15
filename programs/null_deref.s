# null_deref.s: what happens behind "segmentation fault"?
#
# Page 0 is never mapped, so that address 0 can stand for "nothing" and any use of it is caught. The MMU walks the
# page table, finds an entry that isn't valid and traps; the kernel finds no area that holds the address, and
# sends SIGSEGV. Nobody handles it, and the process ends.
#
# Look at: emu run programs/null_deref.s     the fault card: the address, each level, the reason
#          echo $?                           139 = 128 + 11 (SIGSEGV)

    .globl _start
    .text
_start:
    la   a0, text
    call print_string
    li   t0, 0
    lw   a0, 8(t0)              # the third word of the structure that isn't there
    call exit                   # never reached

    .section .rodata
text: .asciz "following a NULL pointer\n"

    .include "lib/io.s"
