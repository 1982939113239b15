/* malloc, calloc, realloc, aligned_alloc and free in a random order; every block keeps its bytes. */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 300, STEPS = 8000 };
static unsigned char *blocks[BLOCKS];
static size_t sizes[BLOCKS];
static uint32_t seed = 7;

static uint32_t next(void) { return (seed = seed * 1103515245 + 12345) >> 8; }

static int intact(int n) {
    for (size_t i = 0; i < sizes[n]; i += 1 + sizes[n] / 16)
        if (blocks[n][i] != (unsigned char)(n + i)) return 0;
    return 1;
}

static void fill(int n) {
    for (size_t i = 0; i < sizes[n]; i += 1 + sizes[n] / 16) blocks[n][i] = (unsigned char)(n + i);
}

int main(void) {
    int damaged = 0, moved = 0, dirty = 0, crooked = 0;
    for (int step = 0; step < STEPS; step++) {
        int n = next() % BLOCKS;
        size_t size = next() % 10 ? next() % 700 : next() % 300000;
        if (blocks[n] && !intact(n)) damaged++;
        switch (next() % 4) {
            case 0:
                free(blocks[n]);
                blocks[n] = malloc(sizes[n] = size);
                break;
            case 1:
                free(blocks[n]);
                blocks[n] = calloc(1, sizes[n] = size % 5000);
                for (size_t i = 0; i < sizes[n]; i++) dirty += blocks[n][i] != 0;
                break;
            case 2: {
                size_t kept = sizes[n] < size ? sizes[n] : size;
                unsigned char *old = blocks[n], before[16] = {0};
                if (old) memcpy(before, old, kept < 16 ? kept : 16);
                blocks[n] = realloc(old, sizes[n] = size + 1);
                if (old && memcmp(before, blocks[n], kept < 16 ? kept : 16)) moved++;
                break;
            }
            default:
                free(blocks[n]);
                blocks[n] = aligned_alloc(64, sizes[n] = (size & ~(size_t)63) + 64);
                crooked += (uintptr_t)blocks[n] % 64 != 0;
        }
        fill(n);
    }
    for (int n = 0; n < BLOCKS; n++) damaged += blocks[n] && !intact(n), free(blocks[n]);
    printf("damaged %d, lost by realloc %d, not zeroed %d, crooked %d\n", damaged, moved, dirty, crooked);
    volatile size_t much = SIZE_MAX / 2;
    void *volatile nothing = malloc(much);
    printf("too much: %d, usable %d\n", nothing == NULL, malloc_usable_size(malloc(100)) >= 100);
    return 0;
}
