# page_cache.s: why is a file read so much faster the second time?
#
# What is read of a file goes through the page cache: frames that hold pages of files. The first reading waits for the disk
# (with read-ahead: not for each page), the second only copies. A mapping of the file finds the same frames: its faults are
# minor ones.
#
# Look at: emu stat --mount .:/here programs/kernel/page_cache.s /here/README.md     any file of some kB
#                                                     disk_kb.in: it was read once; memory_pages.page_cache

    .include "../lib/sys.s"
    .globl _start
_start:
    li   a0, -100
    LX   a1, 2*W(sp)                # argv[1]
    li   a2, 0
    li   a3, 0
    sys  SYS_openat
    bltz a0, failed
    mv   s0, a0
    call read_all
    mv   s1, a0
    mv   s2, a1
    call read_all
    mv   s3, a0
    tell s2, " bytes\n"
    say  "first reading, cycles:  "
    tell s1, "\n"
    say  "second reading, cycles: "
    tell s3, "\n"
    slli s3, s3, 1
    bltu s3, s1, 1f
    say  "no faster\n"
1:  call major_faults
    mv   s4, a0
    li   a0, 0
    mv   a1, s2
    li   a2, PROT_READ
    li   a3, MAP_SHARED
    mv   a4, s0
    li   a5, 0
    sys  SYS_mmap
    li   t1, PAGE
    add  s2, s2, a0
2:  lbu  t0, 0(a0)
    add  a0, a0, t1
    bltu a0, s2, 2b
    call major_faults
    sub  s4, a0, s4
    say  "major faults of a mapping: "
    tell s4, "\n"
    li   a0, 0
    call exit
failed:
    neg  a0, a0
    call exit

read_all:                           # → a0 = cycles, a1 = bytes
    mv   a0, s0
    li   a1, 0
    li   a2, 0
    li   a3, 0
.if __riscv_xlen == 64
    sys  62                         # lseek to the beginning
.else
    la   a3, result
    li   a4, 0
    sys  62                         # llseek
.endif
    li   s9, 0
    rdcycle s8
1:  mv   a0, s0
    la   a1, buffer
    li   a2, PAGE
    sys  SYS_read
    add  s9, s9, a0
    bgtz a0, 1b
    rdcycle a0
    sub  a0, a0, s8
    mv   a1, s9
    ret

    .bss
    .balign 8
result: .zero 8
buffer: .zero PAGE
