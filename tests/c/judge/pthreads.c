/* Threads: mutexes, conditions, read-write locks, barriers, semaphores, keys, once, detach, cancel, robust results. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static pthread_spinlock_t spin;
static sem_t semaphore;
static int turn, sum, initialised, destroyed, serial, shared;
static atomic_int cleaned;
static _Thread_local int mine = 5;

static void initialise(void) { initialised++; }
static void destroy(void *value) { destroyed += (int)(size_t)value; }
static void clean(void *unused) { (void)unused, cleaned++; }

static void *work(void *number) {
    int me = (int)(size_t)number;
    pthread_once(&once, initialise);
    pthread_setspecific(key, number);
    mine += me;
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&mutex);
        while (turn % 4 != me - 1) pthread_cond_wait(&condition, &mutex);
        turn++, sum = sum * 3 % 1000003 + me;
        pthread_cond_broadcast(&condition);
        pthread_mutex_unlock(&mutex);
        pthread_rwlock_rdlock(&lock);
        (void)shared;
        pthread_rwlock_unlock(&lock);
        pthread_rwlock_wrlock(&lock);
        shared++;
        pthread_rwlock_unlock(&lock);
        pthread_spin_lock(&spin);
        shared++;
        pthread_spin_unlock(&spin);
        sem_wait(&semaphore);
        shared += 0;
        sem_post(&semaphore);
    }
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) serial++;
    return (void *)(size_t)(mine * 10);
}

static void *sleeper(void *unused) {
    pthread_cleanup_push(clean, unused);
    for (;;) sleep(100);
    pthread_cleanup_pop(0);
}

int main(void) {
    pthread_t threads[4], endless;
    pthread_key_create(&key, destroy);
    pthread_barrier_init(&barrier, NULL, 4);
    pthread_spin_init(&spin, 0);
    sem_init(&semaphore, 0, 2);
    for (size_t i = 0; i < 4; i++) pthread_create(&threads[i], NULL, work, (void *)(i + 1));
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(threads[i], &result);
        printf("%d ", (int)(size_t)result);
    }
    printf("sum %d turns %d once %d keys %d serial %d shared %d mine %d\n", sum, turn, initialised, destroyed, serial, shared, mine);
    pthread_create(&endless, NULL, sleeper, NULL);
    pthread_cancel(endless);
    void *result;
    pthread_join(endless, &result);
    printf("canceled %d cleaned %d\n", result == PTHREAD_CANCELED, (int)cleaned);
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 1000000;
    if (soon.tv_nsec >= 1000000000) soon.tv_sec++, soon.tv_nsec -= 1000000000;
    pthread_mutex_lock(&mutex);
    printf("timed out %d\n", pthread_cond_timedwait(&condition, &mutex, &soon) == ETIMEDOUT);
    printf("trylock %d\n", pthread_mutex_trylock(&mutex) == EBUSY);
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_t again;
    pthread_mutex_init(&again, &kind);
    printf("recursive %d %d\n", pthread_mutex_lock(&again), pthread_mutex_lock(&again));
    return 0;
}
