# Printing and exit for the programs. Each routine takes its argument in a0 and follows
# the calling convention: it may change a0…a7 and t0…t6, and keeps s0…s11.
#
#   print_string   a0 = address of bytes that end with 0
#   print_decimal  a0 = an unsigned number          print_signed   a0 = a signed number
#   print_hex      a0 = a number, printed as 0x…    newline, space
#   pad_decimal    a0 = a number, a1 = width: right-aligned in so many columns
#   parse_decimal  a0 = address of digits → a0 = the number
#   exit           a0 = the exit status

.equ SYS_read, 63
.equ SYS_write, 64
.equ SYS_exit, 93

    .text
print_string:
    mv   a1, a0
    mv   t0, a0
1:  lbu  t1, 0(t0)              # look for the 0 at the end
    addi t0, t0, 1
    bnez t1, 1b
    sub  a2, t0, a1
    addi a2, a2, -1
print_bytes:                    # a1 = address, a2 = length
    li   a0, 1                  # standard output
    li   a7, SYS_write
    ecall
    ret

print_signed:
    bgez a0, print_decimal
    neg  t5, a0
    mv   t4, ra                 # print_string keeps t4, t5
    la   a0, minus
    jal  print_string
    mv   ra, t4
    mv   a0, t5
print_decimal:
    li   a1, 0
pad_decimal:
    li   t1, 10
    j    digits

print_hex:
    mv   t5, a0
    mv   t4, ra
    la   a0, zero_x
    jal  print_string
    mv   ra, t4
    mv   a0, t5
    li   a1, 0
    li   t1, 16

digits:                         # a0 = number, a1 = width, t1 = base
    addi sp, sp, -80
    li   t3, 10
    addi t0, sp, 80             # digits are made from the last to the first
1:  remu t2, a0, t1
    divu a0, a0, t1
    bltu t2, t3, 2f
    addi t2, t2, 'a' - '0' - 10
2:  addi t2, t2, '0'
    addi t0, t0, -1
    sb   t2, 0(t0)
    bnez a0, 1b
    addi t4, sp, 80
    li   t5, ' '
3:  sub  t2, t4, t0             # spaces on the left, up to the width
    bge  t2, a1, 4f
    addi t0, t0, -1
    sb   t5, 0(t0)
    j    3b
4:  mv   a1, t0
    sub  a2, t4, t0
    li   a0, 1
    li   a7, SYS_write
    ecall
    addi sp, sp, 80
    ret

newline:
    la   a0, line_end
    j    print_string
space:
    la   a0, one_space
    j    print_string

parse_decimal:
    mv   t0, a0
    li   a0, 0
    li   t2, 10
1:  lbu  t1, 0(t0)
    addi t1, t1, -'0'
    bgeu t1, t2, 2f             # not a digit: also everything below '0', as unsigned
    mul  a0, a0, t2
    add  a0, a0, t1
    addi t0, t0, 1
    j    1b
2:  ret

exit:
    li   a7, SYS_exit
    ecall

    .section .rodata
minus:     .asciz "-"
zero_x:    .asciz "0x"
line_end:  .asciz "\n"
one_space: .asciz " "
    .text
