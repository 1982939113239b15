# cat.s: which files can a program see?
#
# Its own, and the folders that you hand over with --mount: nothing else of the host. Without `:rw` even those
# are read-only. openat returns a small number, the file descriptor, or minus an errno.
#
# Look at: emu run --mount .:/here programs/cat.s /here/README.md
#          emu run programs/cat.s /etc/passwd; echo $?      2 = ENOENT, there is no such file

    .include "lib/xlen.s"
    .equ SIZE, 4096
    .globl _start
    .text
_start:
    LX   t0, 0(sp)              # argc
    li   t1, 2
    li   a0, -22                # EINVAL: no name was given
    blt  t0, t1, done
    li   a0, -100               # AT_FDCWD
    LX   a1, 2*W(sp)            # argv[1]
    li   a2, 0                  # O_RDONLY
    li   a3, 0
    li   a7, 56                 # openat
    ecall
    bltz a0, done
    mv   s0, a0
1:  mv   a0, s0
    la   a1, buffer
    li   a2, SIZE
    li   a7, 63                 # read
    ecall
    blez a0, done
    mv   a2, a0
    li   a0, 1
    la   a1, buffer
    li   a7, 64                 # write
    ecall
    bgez a0, 1b
done:
    neg  a0, a0
    li   a7, 93
    ecall

    .bss
buffer: .zero SIZE
