/* Where does the C library's malloc get memory from, and what does free give back to the kernel?

   Look at   emu run --strace=brk,mmap,munmap programs/c/libc_malloc.c     which calls each step makes
             emu stat programs/c/libc_malloc.c                             heap.*: how many brk and mmap, how many bytes
   Every C library has its own answer. glibc takes 1 kB from the heap that brk moves; the one that comes with zig maps
   64 kB at a time and never moves it. All agree on 1 MB: a mapping of its own, which free unmaps. What free keeps costs
   nothing to ask for again: no system call at all. programs/c/malloc.c is an allocator that you can read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void step(const char *what) {
    puts(what);
    fflush(stdout);
}

int main(void) {
    step("malloc(1 kB)");
    char *small = malloc(1024);
    memset(small, 's', 1024);
    step("malloc(1 MB)");
    char *large = malloc(1 << 20);
    memset(large, 'l', 1 << 20);
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
