# pipe.s: how does a pipe make two processes wait for each other, and how does each learn that the other is gone?
#
# A pipe holds 64 kB. A writer waits while it is full, a reader while it is empty. When the last writer has closed it, read
# returns 0: end of file. When the last reader has, write fails with EPIPE, after SIGPIPE, which kills who doesn't handle
# it.
#
# Look at: emu run programs/kernel/pipe.s
#          emu stat programs/kernel/pipe.s     context_switches

    .include "../lib/sys.s"
    .equ SIZE, 200000
    .globl _start
_start:
    la   a0, fds
    li   a1, 0
    sys  SYS_pipe2
    lw   s0, fds                    # to read from
    lw   s1, fds + 4                # to write to
    call fork
    beqz a0, reader
    mv   a0, s1
    la   a1, buffer
    li   a2, SIZE                   # three times what the pipe holds
    sys  SYS_write
    mv   s2, a0
    say  "written: "
    tell s2, "\n"
    mv   a0, s1
    sys  SYS_close                  # the last writer
    call wait_child

    la   a0, fds
    li   a1, 0
    sys  SYS_pipe2
    lw   s0, fds
    lw   s1, fds + 4
    mv   a0, s0
    sys  SYS_close                  # the last reader
    call fork
    bnez a0, 1f
    call write_byte                 # SIGPIPE
    li   a0, 0
    call exit
1:  call wait_child
    mv   s2, a1
    say  "nobody reads: the child was killed by signal "
    tell s2, "\n"
    li   a0, SIGPIPE
    li   a1, 1                      # SIG_IGN
    call handle_signal
    call write_byte
    mv   s2, a0
    say  "nobody reads, SIGPIPE ignored: "
    mv   a0, s2
    call print_signed
    call newline
    li   a0, 0
    call exit

reader:
    mv   a0, s1
    sys  SYS_close                  # else the reader itself is a writer for whom it waits
    li   s2, 0
1:  mv   a0, s0
    la   a1, buffer
    li   a2, 10000
    sys  SYS_read
    add  s2, s2, a0
    bgtz a0, 1b
    mv   s3, a0
    say  "read:    "
    tell s2, ", then "
    tell s3, "\n"
    li   a0, 0
    call exit

write_byte:
    mv   a0, s1
    la   a1, buffer
    li   a2, 1
    sys  SYS_write
    ret

    .bss
fds:    .zero 8
buffer: .zero SIZE
