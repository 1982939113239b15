/* C11 atomics of every width from two threads, fences, compare and exchange, and C11 threads. */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <threads.h>

static atomic_uchar bytes;
static atomic_ushort shorts;
static atomic_uint ints;
static _Atomic uint64_t longs;
static atomic_flag flag = ATOMIC_FLAG_INIT;
static atomic_int ready;
static int guarded, message;
static mtx_t mutex;
static tss_t slot;

static int work(void *unused) {
    (void)unused;
    tss_set(slot, &guarded);
    for (int i = 0; i < 2000; i++) {
        atomic_fetch_add(&bytes, 1);
        atomic_fetch_add_explicit(&shorts, 3, memory_order_relaxed);
        atomic_fetch_xor(&ints, 1u << (i % 32));
        uint64_t old = atomic_load(&longs);
        while (!atomic_compare_exchange_weak(&longs, &old, old * 3 % 1000000007 + 1)) {}
        while (atomic_flag_test_and_set_explicit(&flag, memory_order_acquire)) thrd_yield();
        guarded++;
        atomic_flag_clear_explicit(&flag, memory_order_release);
        mtx_lock(&mutex);
        guarded++;
        mtx_unlock(&mutex);
    }
    return 11;
}

static int send(void *unused) {
    (void)unused;
    message = 77;
    atomic_store_explicit(&ready, 1, memory_order_release);
    return 0;
}

int main(void) {
    thrd_t threads[2], sender;
    int result, total = 0;
    mtx_init(&mutex, mtx_plain), tss_create(&slot, NULL);
    atomic_store(&longs, 5);
    for (int i = 0; i < 2; i++) thrd_create(&threads[i], work, NULL);
    for (int i = 0; i < 2; i++) thrd_join(threads[i], &result), total += result;
    printf("%u %u %u %d\n", (unsigned)bytes, (unsigned)shorts, (unsigned)ints, total);
    printf("%llu\n", (unsigned long long)longs);
    thrd_create(&sender, send, NULL);
    while (!atomic_load_explicit(&ready, memory_order_acquire)) thrd_yield();
    printf("%d\n", message);
    thrd_join(sender, NULL);
    int expected = 5;
    atomic_int cell = 6;
    printf("%d %d %d\n", atomic_compare_exchange_strong(&cell, &expected, 9), expected, atomic_exchange(&cell, 4));
    printf("%d %d\n", atomic_is_lock_free(&ints), guarded <= 8000 && guarded > 4000);
    return 0;
}
