# segv_kinds.s: what exactly does the kernel tell a program whose access it refuses?
#
# Five accesses that cannot be allowed. A handler for SIGSEGV prints si_code (1 MAPERR: there is nothing at that address;
# 2 ACCERR: there is, but not for this) and si_addr, then goes on behind the access: it puts another pc into the context
# that it returns to.
#
# Look at: emu run programs/kernel/segv_kinds.s
#          emu stat programs/kernel/segv_kinds.s      faults.invalid: 5; and one system call rt_sigreturn for each
#          programs/null_deref.s, write_text.s, exec_data.s: the same without a handler, with the page table in view

    .include "../lib/sys.s"
    .globl _start
_start:
    li   a0, SIGSEGV
    la   a1, handler
    call handle_signal
    say  "read through a NULL pointer"
    la   s1, 1f
    li   s2, 8
    lw   t0, 8(zero)
1:  say  "write to my own instructions"
    la   s1, 1f
    la   s2, _start
    sw   zero, 0(s2)
1:  say  "write to a constant"
    la   s1, 1f
    la   s2, constant
    sw   zero, 0(s2)
1:  say  "execute data"
    la   s1, 1f
    la   s2, data
    jr   s2
1:  say  "read what belongs to the kernel"
    la   s1, 1f
    li   s2, 1
    slli s2, s2, __riscv_xlen - 1
    lw   t0, 0(s2)
1:  li   a0, 0
    call exit

handler:                            # a0 = 11, a1 = siginfo, a2 = ucontext; s1 = where to go on, s2 = the address
    mv   s3, ra
    mv   s5, a1
    SX   s1, UC_PC(a2)
    lw   s6, SI_CODE(s5)
    say  ": si_code "
    mv   a0, s6
    call print_decimal
    LX   t0, SI_UNION(s5)
    beq  t0, s2, 1f
    say  ", wrong si_addr"
1:  call newline
    jr   s3                         # to rt_sigreturn

    .section .rodata
constant: .word 1
    .data
data: .word 0x00008067              # ret: a good instruction, in a page that may not be executed
