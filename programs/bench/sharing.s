# sharing.s: four harts, each counts in a word of its own. Does it matter that the words are neighbours?
#
# With GAP = 8 all words lie in one cache line, which the harts' caches pull from each other at every turn of the clock:
# false sharing. With GAP = 64 each word has a line of its own. Needs no operating system: every hart begins at _start
# with its number in a0 (as firmware hands it over) and ends at `finish` with its count in s0.

    .include "lib.s"
    SIZE TURNS, 5000000
    SIZE GAP, 8

    .globl _start
    .text
_start:
    la   t0, words
    li   t1, GAP
    mul  t1, t1, a0
    add  t0, t0, t1
    li   t1, TURNS
1:  LX   t2, 0(t0)                  # volatile long *word: ++*word
    addi t2, t2, 1
    SX   t2, 0(t0)
    addi t1, t1, -1
    bnez t1, 1b
    mv   a0, t2
    j    finish

    .bss
    .balign 4096
words: .zero 64 * GAP
