# Files of /proc for the programs in programs/kernel/. Include it after sys.s.
#
#   read_file     a0 = path → the file is in `file_text`, a0 = its length, a 0 behind it
#   show_file     a0 = path → and is printed
#   number        a0 = n → a0 = the n-th number (from 0) of `file_text`
#   write_file    a0 = path, a1 = text: what `echo text > path` does → a0 = bytes, or an error

.equ FILE_MOST, 8000
.equ AT_FDCWD, -100

    .text
read_file:
    mv   a1, a0
    li   a0, AT_FDCWD
    li   a2, 0
    sys  SYS_openat
    mv   t5, a0
    la   t6, file_text
1:  mv   a0, t5
    mv   a1, t6
    la   a2, file_text + FILE_MOST
    sub  a2, a2, t6
    sys  SYS_read
    blez a0, 2f
    add  t6, t6, a0
    j    1b
2:  sb   zero, 0(t6)
    mv   a0, t5
    sys  SYS_close
    la   a0, file_text
    sub  a0, t6, a0
    ret

show_file:
    mv   t4, ra
    call read_file
    mv   a2, a0
    la   a1, file_text
    call print_bytes
    jr   t4

number:
    la   t0, file_text
    li   t2, 10
1:  lbu  t1, 0(t0)                  # to the next digit
    beqz t1, 4f
    addi t3, t1, -'0'
    bltu t3, t2, 2f
    addi t0, t0, 1
    j    1b
2:  beqz a0, 3f
    addi a0, a0, -1
5:  addi t0, t0, 1                  # past this number
    lbu  t1, 0(t0)
    addi t3, t1, -'0'
    bltu t3, t2, 5b
    j    1b
3:  mv   a0, t0
    j    parse_decimal
4:  li   a0, -1
    ret

write_file:
    mv   t6, a1
    mv   a1, a0
    li   a0, AT_FDCWD
    li   a2, 1                      # O_WRONLY
    sys  SYS_openat
    mv   t5, a0
    mv   a1, t6
    li   a2, 0
1:  add  t0, a1, a2
    lbu  t0, 0(t0)
    beqz t0, 2f
    addi a2, a2, 1
    j    1b
2:  sys  SYS_write
    mv   t6, a0
    mv   a0, t5
    sys  SYS_close
    mv   a0, t6
    ret

    .bss
file_text: .zero FILE_MOST + 8
    .text
