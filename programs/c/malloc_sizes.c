/* Where does malloc get its memory from: a small block, a large one, and what does free give back?

   Look at   emu run --strace=brk,mmap,munmap,madvise programs/c/malloc_sizes.c     which calls each step makes
             emu stat programs/c/malloc_sizes.c                                     how many brk and mmap, how many bytes
   1 kB comes out of the heap, which grows by brk (or a small mmap: musl takes a group of slots at a time). 1 MB is a
   mapping of its own, and free unmaps it. What free keeps costs nothing to ask for again: no system call at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void step(const char *what) {
    printf("%s\n", what);
    fflush(stdout);
}

int main(void) {
    char *heap_before = sbrk(0);
    step("malloc(1 kB): from the heap");
    char *small = malloc(1024);
    memset(small, 's', 1024);
    step("malloc(1 MB): a mapping of its own");
    char *large = malloc(1 << 20);
    memset(large, 'l', 1 << 20);
    printf("the large block is %s\n", (large < heap_before || large > (char *)sbrk(0)) ? "not in the heap" : "in the heap");
    step("free(1 kB): kept for the next malloc");
    free(small);
    char *again = malloc(1024);
    printf("malloc(1 kB) again: %s\n", again == small ? "the same block" : "another block");
    step("free(1 MB): given back to the kernel");
    free(large);
    step("a thousand blocks of 1 kB, freed in order");
    static char *blocks[1000];
    for (int i = 0; i < 1000; i++) blocks[i] = memset(malloc(1024), i, 1024);
    for (int i = 0; i < 1000; i++) free(blocks[i]);
    step("done");
    return 0;
}
