/* The same multiplications and additions, the three loops in another order. Why is i-j-k slower than i-k-j?

   Look at   emu run programs/c/matmul.c              cycles of both orders
             emu stat programs/c/matmul.c ijk         l1d misses and TLB walks of one order
             emu stat programs/c/matmul.c ikj         and of the other
   In i-j-k the innermost loop walks down a column of b: each step is a new line, after 64 rows a new page. In i-k-j it
   walks along rows. --cflags -DN=192 makes the matrices larger. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifndef N
#define N 128
#endif
static int a[N][N], b[N][N], c[N][N];

static uint32_t cycles(void) {
    unsigned long now;
    __asm__ volatile("rdcycle %0" : "=r"(now));
    return (uint32_t)now;
}

static void ijk(void) {
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            for (int k = 0; k < N; k++) c[i][j] += a[i][k] * b[k][j];
}

static void ikj(void) {
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            for (int j = 0; j < N; j++) c[i][j] += a[i][k] * b[k][j];
}

static uint32_t measure(const char *name, void (*multiply)(void)) {
    memset(c, 0, sizeof c);
    uint32_t start = cycles();
    multiply();
    uint32_t spent = cycles() - start;
    unsigned sum = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) sum = sum * 31 + (unsigned)c[i][j];
    printf("%s  %4u cycles per row and column, checksum %08x\n", name, spent / (N * N), sum);
    return spent;
}

int main(int argc, char **argv) {
    const char *only = argc > 1 ? argv[1] : "";
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) a[i][j] = i + j, b[i][j] = i - j;
    uint32_t slow = *only && strcmp(only, "ijk") ? 0 : measure("i-j-k", ijk);
    uint32_t fast = *only && strcmp(only, "ikj") ? 0 : measure("i-k-j", ikj);
    if (slow && fast) printf("%s is faster\n", slow > fast ? "i-k-j" : "i-j-k");
    return 0;
}
