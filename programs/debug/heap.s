# heap.s: what does a heap look like from inside? (64-bit only: the structures are those of a 64-bit glibc.)
#
# Seven chunks and the structures of glibc's malloc that describe them, laid out by hand: two blocks in use, one free in a
# fast bin, two in a small bin, one that is the last remainder, and the top. Each chunk begins with its size; the lowest
# bit says that the chunk before it is in use. A free chunk's own bytes hold the list that it is on.
#
# Look at: emu debug programs/debug/heap.s      break look, continue, heap; then heap broken
#          x/8gx small_1                        the links fd and bk, and the size below them

        .data
        .balign 16
        .globl main_arena, mp_
        .type main_arena, @object
        .size main_arena, 2200
main_arena:
        .word 0, 0                      # mutex, flags
        .dword 1                        # have_fastchunks
        .dword 0, fast, 0, 0, 0, 0, 0, 0, 0, 0
        .dword top, rest                # top, last_remainder
        .equ BIN, main_arena + 80       # bins are pseudo chunks: bin i stands at BIN + 16 i, its fd and bk 16 behind
        .dword rest, rest               # 1: unsorted
        .dword BIN + 32, BIN + 32       # 2
        .dword BIN + 48, BIN + 48       # 3
        .dword small_1, small_2         # 4: chunks of 64 bytes
        .set bin, 5
        .rept 123
        .dword BIN + 16 * bin, BIN + 16 * bin
        .set bin, bin + 1
        .endr
        .word 0, 0, 0, 0                # binmap
        .dword main_arena, 0, 1         # next, next_free, attached_threads
        .dword heap_end - heap, heap_end - heap
        .type mp_, @object
        .size mp_, 136
mp_:    .zero 96
        .dword heap, 64, 1032, 7, 0     # sbrk_base, tcache_bins, tcache_max_bytes, tcache_count

        .balign 16
heap:   .dword 0, 49                    # in use: 40 bytes for its user
first:  .zero 32
fast:   .dword 0, 49                    # freed into fastbin[1]; nobody is told, so it looks as if in use
        .zero 32                        # the link to the next one: none, but mangled, see _start
small_1:
        .dword 0, 65                    # freed: the next chunk's lowest bit is 0
        .dword small_2, BIN + 64
        .zero 32
second: .dword 64, 48                   # in use
        .zero 32
small_2:
        .dword 0, 65
        .dword BIN + 64, small_1
        .zero 32
third:  .dword 64, 64
broken: .zero 48
rest:   .dword 0, 97                    # what was left of a larger one
        .dword BIN + 16, BIN + 16
        .zero 64
guard:  .dword 96, 32                   # in use
        .zero 16
top:    .dword 0, 4096 + 1
        .zero 4080
heap_end:

        .text
        .globl _start
_start: la a0, first
        sd a0, 0(a0)                    # pages must be there to be looked at
        la a0, top
        sd zero, 16(a0)
        la a0, fast + 16
        srli a1, a0, 12                 # PROTECT_PTR: a link is mangled with the address that it stands at
        sd a1, 0(a0)
look:   la a0, broken
        li a1, 0x4141414141414141
        sd a1, 56(a0)                   # 8 bytes too far: the size of the next chunk
after:  li a0, 0
        li a7, 93
        ecall
