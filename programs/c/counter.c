/* Two threads add to one counter: without a lock, with a mutex, with an atomic addition. What is lost?

   Look at   emu run --harts 2 programs/c/counter.c         the unlocked sum is too small: lw, addi, sw is three steps
             emu run --harts 1 programs/c/counter.c         on one hart little or nothing is lost: only a switch between
                                                            the load and the store loses an addition
             emu stat --harts 2 programs/c/counter.c        the bus.read_exclusive that the shared line costs; futex calls
   volatile keeps the counter in memory, and nothing else. Between two additions a thread rests for a random while, or
   the two would march in step and hardly ever meet. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { THREADS = 2, EACH = 10000 };
static volatile long plain;
static long locked;
static atomic_long atomic;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void rest(unsigned *noise) {
    *noise = *noise * 1103515245 + 12345;
    for (volatile int n = *noise >> 16 & 7; n; n--) {}
}

static void *add_plain(void *number) {
    unsigned noise = (unsigned)(size_t)number;
    for (int i = 0; i < EACH; i++, rest(&noise)) plain = plain + 1;
    return NULL;
}

static void *add_locked(void *number) {
    unsigned noise = (unsigned)(size_t)number;
    for (int i = 0; i < EACH; i++, rest(&noise)) {
        pthread_mutex_lock(&mutex);
        locked++;
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void *add_atomic(void *number) {
    unsigned noise = (unsigned)(size_t)number;
    for (int i = 0; i < EACH; i++, rest(&noise)) atomic_fetch_add_explicit(&atomic, 1, memory_order_relaxed);
    return NULL;
}

static void run(void *(*body)(void *)) {
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, body, (void *)(i + 1));
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

int main(void) {
    run(add_plain);
    run(add_locked);
    run(add_atomic);
    printf("expected       %d\n", THREADS * EACH);
    printf("without a lock %s\n", plain < THREADS * EACH ? "too few" : "all there");
    printf("with a mutex   %ld\n", locked);
    printf("atomic         %ld\n", (long)atomic);
    return 0;
}
