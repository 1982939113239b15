/* Stacks: variable length arrays, alloca, deep recursion, large frames, function pointers, tail calls. */
#include <alloca.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int ackermann(int m, int n) { return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1)); }
static uint64_t depth(int n) { volatile signed char frame[100]; frame[n % 100] = (signed char)n; return n ? depth(n - 1) + (uint64_t)(int64_t)frame[n % 100] : 0; }
static int sum(int rows, int columns, int table[rows][columns]) { int total = 0; for (int r = 0; r < rows; r++) for (int c = 0; c < columns; c++) total += table[r][c]; return total; }
static int is_odd(unsigned n);
static int is_even(unsigned n) { return n == 0 ? 1 : is_odd(n - 1); }
static int is_odd(unsigned n) { return n == 0 ? 0 : is_even(n - 1); }
static int twice(int (*f)(int), int x) { return f(f(x)); }
static int square(int x) { return x * x; }
static int big(int n) { char frame[200000]; memset(frame, n, sizeof frame); return frame[199999] + frame[0]; }

int main(void) {
    printf("ackermann %d\n", ackermann(2, 9));
    printf("depth %llu\n", (unsigned long long)depth(20000));
    for (int n = 1; n < 50; n += 16) {
        int table[n][n + 1];
        for (int i = 0; i < n * (n + 1); i++) (&table[0][0])[i] = i;
        printf("%zu %d\n", sizeof table, sum(n, n + 1, table));
    }
    char *chain = NULL;
    for (int i = 0; i < 100; i++) {
        char *next = alloca(1000);
        memset(next, i, 1000);
        *(char **)next = chain;
        chain = next;
    }
    int links = 0;
    while (chain) links++, chain = *(char **)chain;
    printf("links %d even %d twice %d big %d\n", links, is_even(5000), twice(square, 7), big(3));
    return 0;
}
