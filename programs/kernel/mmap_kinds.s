# mmap_kinds.s: who sees what is stored into a mapping, and where is it put?
#
# Anonymous memory is full of zeros. A store to a shared mapping of a file is a write to the file, a store to a private one
# stays in this process. Where a mapping goes is the kernel's choice; an address is a hint, MAP_FIXED an order that sweeps
# away what was there, MAP_FIXED_NOREPLACE an order that fails instead. Behind the end of a file there is nothing: SIGBUS.
#
# Look at: emu run programs/kernel/mmap_kinds.s
#          emu stat programs/kernel/mmap_kinds.s

    .include "../lib/sys.s"
    .equ HERE, 0x20000000
    .globl _start

.macro map address:req, length:req, flags:req, fd:req
    li   a0, \address
    li   a1, \length
    li   a2, PROT_RW
    li   a3, \flags
    mv   a4, \fd
    li   a5, 0
    sys  SYS_mmap
.endm

_start:
    li   s11, -1                    # no file
    map  HERE, PAGE, PRIVATE, s11
    mv   s0, a0
    li   t0, HERE
    xor  s1, s0, t0
    seqz s1, s1
    lw   s2, 0(s0)
    say  "at the address of the hint: "
    tell s1, ", and its first word is "
    tell s2, "\n"
    li   t0, 7
    sw   t0, 0(s0)

    map  HERE, PAGE, PRIVATE, s11
    li   t0, HERE
    xor  s1, a0, t0
    seqz s1, s1
    say  "at the same address once more: "
    tell s1, "\n"
    map  HERE, PAGE, PRIVATE | MAP_FIXED_NOREPLACE, s11
    mv   s1, a0
    say  "with MAP_FIXED_NOREPLACE: "
    mv   a0, s1
    call print_signed
    call newline
    map  HERE, PAGE, PRIVATE | MAP_FIXED, s11
    lw   s2, 0(a0)
    say  "with MAP_FIXED; what was there, 7, is now "
    tell s2, "\n"

    li   a0, -100
    la   a1, path
    li   a2, 0x42                   # O_RDWR | O_CREAT
    li   a3, 0x180                  # 0600
    sys  SYS_openat
    mv   s3, a0
    li   a1, 100                    # a file of 100 zeros
    li   a2, 0
    sys  SYS_ftruncate
    map  0, 2 * PAGE, MAP_PRIVATE, s3
    mv   s4, a0
    map  0, 2 * PAGE, MAP_SHARED, s3
    mv   s5, a0
    li   t0, 'p'
    sw   t0, 0(s4)
    call show_file
    say  " is in the file after a store to a private mapping\n"
    li   t0, 's'
    sw   t0, 0(s5)
    call show_file
    say  " after a store to a shared one; the private one has "
    lw   s6, 0(s4)
    tell s6, "\n"

    call fork
    bnez a0, 1f
    li   t0, PAGE
    add  s5, s5, t0
    lw   t0, 0(s5)                  # the mapping is there, but no file
    li   a0, 0
    call exit
1:  call wait_child
    mv   s1, a1
    say  "behind the end of the file: signal "
    tell s1, "\n"
    li   a0, 0
    call exit

show_file:                          # its first word, by pread
    mv   s9, ra
    mv   a0, s3
    la   a1, word
    li   a2, 4
    li   a3, 0
    li   a4, 0
    sys  67                         # pread64
    lw   a0, word
    call print_decimal
    jr   s9

    .section .rodata
path: .asciz "/tmp/file"
    .bss
word: .zero 4
