/* epoll with pipes, eventfd, timerfd and signalfd: level and edge, one shot, timeouts. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int epoll;

static void watch(int fd, uint32_t events, uint32_t number) {
    struct epoll_event event = {.events = events, .data.u32 = number};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void show(const char *what, int timeout) {
    struct epoll_event events[8];
    int count = epoll_wait(epoll, events, 8, timeout);
    uint32_t seen = 0;
    for (int i = 0; i < count; i++) seen |= 1u << events[i].data.u32;
    printf("%-12s %d ready, set %x\n", what, count, (unsigned)seen);
}

int main(void) {
    int level[2], edge[2], counter = eventfd(0, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    uint64_t number = 3;
    sigset_t set;
    pipe(level), pipe(edge);
    sigemptyset(&set), sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, 0);
    epoll = epoll_create1(0);
    watch(level[0], EPOLLIN, 0), watch(edge[0], EPOLLIN | EPOLLET, 1), watch(counter, EPOLLIN | EPOLLONESHOT, 2), watch(timer, EPOLLIN, 3), watch(signals, EPOLLIN, 4);
    show("nothing", 0);
    write(level[1], "ab", 2), write(edge[1], "ab", 2);
    show("both pipes", -1);
    show("level only", -1);
    char byte;
    read(level[0], &byte, 1), read(level[0], &byte, 1);
    write(edge[1], "c", 1);
    show("a new edge", 0);
    write(counter, &number, 8);
    show("one shot", 0);
    show("no more", 0);
    struct itimerspec every = {{0, 5000000}, {0, 1000000}};
    timerfd_settime(timer, 0, &every, NULL);
    show("timer", -1);
    usleep(12000);
    read(timer, &number, 8);
    printf("expired %d\n", number >= 2);
    every = (struct itimerspec){0};
    timerfd_settime(timer, 0, &every, NULL);
    raise(SIGUSR1);
    show("signal", -1);
    struct signalfd_siginfo info;
    read(signals, &info, sizeof info);
    printf("signal %d\n", info.ssi_signo == SIGUSR1);
    show("timeout", 3);
    close(level[0]);
    printf("again %d %s\n", epoll_ctl(epoll, EPOLL_CTL_ADD, edge[0], &(struct epoll_event){0}), strerror(errno));
    return 0;
}
