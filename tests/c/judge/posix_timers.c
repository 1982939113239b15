/* timer_create, sigqueue and setitimer: signals with values, intervals, overruns, timers gone after exec and delete. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ticks, value, code, queued;

static void tick(int number, siginfo_t *info, void *context) {
    (void)number, (void)context;
    ticks++, value = info->si_value.sival_int, code = info->si_code == SI_TIMER;
}

static void message(int number, siginfo_t *info, void *context) {
    (void)number, (void)context;
    queued = info->si_value.sival_int + (info->si_code == SI_QUEUE) * 1000 + (info->si_pid == getpid()) * 10000;
}

int main(void) {
    struct sigaction action = {.sa_sigaction = tick, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, NULL);
    action.sa_sigaction = message;
    sigaction(SIGUSR2, &action, NULL);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77};
    timer_t timer;
    printf("create %d\n", timer_create(CLOCK_MONOTONIC, &event, &timer));
    struct itimerspec spec = {{0, 2000000}, {0, 1000000}}, left;
    timer_settime(timer, 0, &spec, NULL);
    while (ticks < 5) pause();
    timer_gettime(timer, &left);
    printf("value %d from a timer %d, interval %ld, armed %d\n", (int)value, (int)code, (long)left.it_interval.tv_nsec, left.it_value.tv_nsec > 0);
    sigset_t mask;
    sigemptyset(&mask), sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    struct timespec nap = {0, 15000000};
    nanosleep(&nap, NULL);
    siginfo_t info;
    printf("waited for %d, overrun %d", sigwaitinfo(&mask, &info) == SIGUSR1, info.si_overrun >= 4);
    printf(" %d\n", timer_getoverrun(timer) >= 4);
    memset(&spec, 0, sizeof spec);
    timer_settime(timer, 0, &spec, &left);
    printf("delete %d", timer_delete(timer));
    errno = 0;
    printf(" ITIMER %d\n", setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 1000}}, NULL));
    sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = 42});
    printf("queued %d\n", (int)queued);
    fflush(stdout);
    for (;;) pause();
}
