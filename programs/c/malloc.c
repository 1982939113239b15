/* How does malloc work: 1 kB from the heap by brk, 1 MB by mmap, a free that keeps and a free that gives back?

   Look at   emu run --strace=brk,mmap,munmap programs/c/malloc.c      the calls of each step
             emu stat programs/c/malloc.c                              heap.brk_bytes, heap.mmap_bytes, heap.munmap_bytes

   heap ► │ size,used │ bytes … │ size,used │ bytes … │ … │ end of the heap (brk)
   malloc takes the first free block that is large enough and splits it; if there is none the heap grows. free joins a
   block with free ones behind it; when the last block is free and large, the heap shrinks. Large blocks are mappings. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct Block {
    size_t size; /* of the bytes behind this header, a multiple of 16 */
    size_t used;
} Block;

enum { ALIGN = 16, GROW = 16 << 10, TRIM = 32 << 10, MAP = 128 << 10, MAPPED = 2 };
static char *start, *end; /* of the heap */

static Block *next(Block *block) { return (Block *)((char *)(block + 1) + block->size); }

static int move_end(char *to) {
    if ((char *)syscall(SYS_brk, to) != to) return 0;
    end = to;
    return 1;
}

static Block *grow(size_t size) {
    if (!start) start = end = (char *)(((uintptr_t)syscall(SYS_brk, 0) + ALIGN - 1) & -ALIGN);
    Block *block = (Block *)end;
    size_t more = (size + sizeof(Block) + GROW - 1) & -GROW;
    if (!move_end(end + more)) return NULL;
    *block = (Block){more - sizeof(Block), 0};
    return block;
}

static void *map(size_t size) {
    size_t length = (size + sizeof(Block) + 4095) & -4096;
    Block *block = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) return NULL;
    *block = (Block){length, MAPPED};
    return block + 1;
}

static void *allocate(size_t size) {
    size = (size + ALIGN - 1) & -ALIGN;
    if (size >= MAP) return map(size);
    Block *block = (Block *)start;
    while ((char *)block < end && (block->used || block->size < size)) block = next(block);
    if ((char *)block >= end && !(block = grow(size))) return NULL;
    if (block->size >= size + sizeof(Block) + ALIGN) { /* split: the rest is a free block */
        size_t rest = block->size - size - sizeof(Block);
        block->size = size;
        *next(block) = (Block){rest, 0};
    }
    block->used = 1;
    return block + 1;
}

static void release(void *bytes) {
    Block *block = (Block *)bytes - 1;
    if (block->used == MAPPED) {
        munmap(block, block->size);
        return;
    }
    block->used = 0;
    for (Block *b = (Block *)start; (char *)b < end; b = next(b)) /* join neighbours */
        while (!b->used && (char *)next(b) < end && !next(b)->used) b->size += sizeof(Block) + next(b)->size;
    Block *last = (Block *)start;
    while ((char *)next(last) < end) last = next(last);
    if (!last->used && last->size >= TRIM) move_end((char *)last);
}

static void show(const char *what) {
    printf("%-34s heap of %2d kB\n", what, (int)((end - start) >> 10));
    fflush(stdout);
}

int main(void) {
    static char *blocks[100], output[BUFSIZ];
    setvbuf(stdout, output, _IOLBF, sizeof output); /* or it would ask the C library's malloc, which has this heap too */
    char *small = allocate(1000);
    show("allocate 1 kB: brk");
    char *large = allocate(1 << 20);
    memset(large, 1, 1 << 20);
    show("allocate 1 MB: mmap");
    release(small);
    show("free 1 kB: kept");
    printf("allocate 1 kB again: %s, no call\n", allocate(1000) == small ? "the same block" : "another block");
    release(large);
    show("free 1 MB: munmap");
    for (int i = 0; i < 100; i++) blocks[i] = allocate(500);
    show("allocate 100 blocks of 500 bytes");
    for (int i = 0; i < 99; i++) release(blocks[i]);
    show("free all but the last: kept");
    release(blocks[99]);
    show("free the last: the heap shrinks");
    return 0;
}
