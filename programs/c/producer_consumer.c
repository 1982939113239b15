/* How do a producer and two consumers share a buffer of four places, without looking at it all the time?

   Look at   emu run --strace=futex programs/c/producer_consumer.c     who sleeps (FUTEX_WAIT) and who wakes (FUTEX_WAKE)
   A condition variable gives up the mutex while it waits. `while`, not `if`: a waiter that wakes must look again. */
#include <pthread.h>
#include <stdio.h>

enum { PLACES = 4, ITEMS = 100, CONSUMERS = 2, END = -1 };
static int buffer[PLACES], count, head;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER, not_empty = PTHREAD_COND_INITIALIZER;

static void put(int item) {
    pthread_mutex_lock(&mutex);
    while (count == PLACES) pthread_cond_wait(&not_full, &mutex);
    buffer[(head + count++) % PLACES] = item;
    pthread_cond_signal(&not_empty);
    pthread_mutex_unlock(&mutex);
}

static int take(void) {
    pthread_mutex_lock(&mutex);
    while (count == 0) pthread_cond_wait(&not_empty, &mutex);
    int item = buffer[head];
    head = (head + 1) % PLACES;
    count--;
    pthread_cond_signal(&not_full);
    pthread_mutex_unlock(&mutex);
    return item;
}

static void *consume(void *sum) {
    for (int item; (item = take()) != END;) *(long *)sum += item;
    return NULL;
}

int main(void) {
    pthread_t threads[CONSUMERS];
    long sums[CONSUMERS] = {0};
    for (int i = 0; i < CONSUMERS; i++) pthread_create(&threads[i], NULL, consume, &sums[i]);
    for (int i = 1; i <= ITEMS; i++) put(i);
    for (int i = 0; i < CONSUMERS; i++) put(END);
    for (int i = 0; i < CONSUMERS; i++) pthread_join(threads[i], NULL);
    printf("1 + … + %d = %ld\n", ITEMS, sums[0] + sums[1]);
    return 0;
}
