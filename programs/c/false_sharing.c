/* Two threads, two counters, no sharing in the program. Why does it matter how far apart the counters lie?

   Look at   emu run --harts 2 programs/c/false_sharing.c      cycles for counters in one line, and in lines of their own
             emu run --harts 2 --events bus programs/c/false_sharing.c 2>&1 | tail     the line travels: BusRdX, BusUpgr
             emu run --harts 1 programs/c/false_sharing.c      on one hart there is nobody to share with
   A cache line has one owner at a time (MESI). Counters in one line make it travel between the harts, write by write. */
#include <pthread.h>
#include <stdio.h>
#include <stdint.h>

enum { LINE = 64, TIMES = 20000 };
static _Alignas(LINE) struct { volatile long a, b; } together;
static _Alignas(LINE) struct { volatile long a; char padding[LINE - sizeof(long)]; volatile long b; } apart;

static uint64_t cycles(void) {
#if __riscv_xlen == 64
    uint64_t now;
    __asm__ volatile("rdcycle %0" : "=r"(now));
    return now;
#else
    uint32_t low, high, again;
    do __asm__ volatile("rdcycleh %0\nrdcycle %1\nrdcycleh %2" : "=r"(high), "=r"(low), "=r"(again));
    while (high != again);
    return (uint64_t)high << 32 | low;
#endif
}

static void *count(void *counter) {
    uint64_t start = cycles();
    for (int i = 0; i < TIMES; i++) ++*(volatile long *)counter;
    return (void *)(uintptr_t)(cycles() - start);
}

static long run(volatile long *first, volatile long *second) {
    pthread_t thread;
    void *theirs;
    pthread_create(&thread, NULL, count, (void *)first);
    long mine = (long)(uintptr_t)count((void *)second);
    pthread_join(thread, &theirs);
    return (mine + (long)(uintptr_t)theirs) / 2;
}

int main(void) {
    long same = run(&together.a, &together.b), own = run(&apart.a, &apart.b);
    printf("in one line       %2ld cycles per addition\n", same / TIMES);
    printf("in lines apart    %2ld cycles per addition\n", own / TIMES);
    printf("%s\n", same > own + own / 2 ? "false sharing" : "no false sharing");
    return 0;
}
