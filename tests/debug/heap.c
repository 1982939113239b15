/* Blocks of several sizes, some freed: what the debugger's `heap` is judged by. */
#include <stdlib.h>

void *keep[12], *large, *middle[6], *small[9], *full[64], *aligned;

__attribute__((noinline)) void look(void) { __asm__ volatile("" ::: "memory"); }

int main(void) {
    for (int i = 0; i < 12; i++) keep[i] = malloc(24 + 16 * i);
    large = malloc(1 << 20);
    for (int i = 0; i < 6; i++) middle[i] = malloc(2000);
    for (int i = 0; i < 9; i++) small[i] = malloc(40);
    for (int i = 0; i < 64; i++) full[i] = malloc(1000);
    aligned = aligned_alloc(4096, 100);
    for (int i = 0; i < 9; i++) free(small[i]);
    for (int i = 0; i < 6; i += 2) free(middle[i]);
    look();
    return 0;
}
