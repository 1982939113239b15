# mmap_file.s: how can a file be read without read?
#
# A file that is mapped is memory: a load from a page that isn't there yet faults, and the kernel fetches the page from
# the file. The program opens its own executable under the name it was started by, maps it and looks at the first
# bytes: 0x7f 'E' 'L' 'F', then 1 for 32 bits or 2 for 64. The mapping is private: a store makes a copy, and
# the file keeps its bytes.
#
# Look at: emu run programs/mmap_file.s
#          emu stat programs/mmap_file.s

    .include "lib/xlen.s"
    .globl _start
    .text
_start:
    li   a0, -100                   # AT_FDCWD: relative to the current directory
    LX   a1, W(sp)                  # argv[0]
    li   a2, 0                      # O_RDONLY
    li   a3, 0
    li   a7, 56                     # openat
    ecall
    bltz a0, failed
    mv   a4, a0                     # the file
    li   a0, 0
    li   a1, 4096
    li   a2, 3                      # PROT_READ | PROT_WRITE: allowed, for a private mapping
    li   a3, 2                      # MAP_PRIVATE
    li   a5, 0                      # from its beginning
    li   a7, 222                    # mmap
    ecall
    mv   s0, a0

    addi a1, s0, 1
    li   a2, 3
    call print_bytes                # straight out of the page: "ELF"
    call space
    lbu  a0, 4(s0)                  # EI_CLASS
    call print_decimal
    call newline
    li   t0, 'e'
    sb   t0, 1(s0)                  # our copy only
    addi a1, s0, 1
    li   a2, 3
    call print_bytes
    call newline
    li   a0, 0
    call exit
failed:
    neg  a0, a0                     # the errno
    call exit

    .include "lib/io.s"
