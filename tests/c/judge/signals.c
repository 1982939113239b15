/* Signals: handlers, siginfo, masks, pending, nesting, alternative stack, alarm, EINTR, SIGSEGV survived. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile sig_atomic_t seen, nested, on_stack;
static char stack[32768];
static sigjmp_buf back;
static char *page;

static void count(int number) { seen += number == SIGUSR1; }

static void info(int number, siginfo_t *what, void *context) {
    char here;
    (void)context;
    on_stack = &here >= stack && &here < stack + sizeof stack;
    nested += number == SIGUSR2 && what->si_pid == getpid() && what->si_code == SI_TKILL;
}

static void fault(int number, siginfo_t *what, void *context) {
    (void)number, (void)context;
    if ((char *)what->si_addr != page + 8) siglongjmp(back, 2);
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

int main(void) {
    struct sigaction action = {0};
    action.sa_handler = count;
    sigaction(SIGUSR1, &action, NULL);
    sigset_t set, old, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &old);
    raise(SIGUSR1), raise(SIGUSR1);
    sigpending(&pending);
    printf("pending %d seen %d", sigismember(&pending, SIGUSR1), (int)seen);
    sigprocmask(SIG_SETMASK, &old, NULL);
    printf(" then %d\n", (int)seen);
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    action.sa_sigaction = info, action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGUSR2, &action, NULL);
    raise(SIGUSR2);
    printf("info %d on the other stack %d\n", (int)nested, (int)on_stack);
    page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    action.sa_sigaction = fault;
    sigaction(SIGSEGV, &action, NULL);
    page[8] = 'r';
    printf("repaired %c\n", page[8]);
    if (!sigsetjmp(back, 1)) *(volatile int *)16 = 1;
    else puts("jumped out");
    action.sa_handler = count, action.sa_flags = 0;
    sigaction(SIGALRM, &action, NULL);
    alarm(1);
    char byte;
    int ends[2];
    pipe(ends);
    printf("read %d", (int)read(ends[0], &byte, 1));
    printf(" %s\n", strerror(errno));
    sigset_t wait;
    sigemptyset(&wait), sigaddset(&wait, SIGTERM);
    sigprocmask(SIG_BLOCK, &wait, NULL);
    kill(getpid(), SIGTERM);
    int got;
    sigwait(&wait, &got);
    printf("waited for %d, %s\n", got == SIGTERM, strsignal(SIGSEGV));
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    printf("write %d %s\n", (int)write(ends[1], "x", 1), strerror(errno));
    fflush(stdout);
    signal(SIGTERM, SIG_DFL);
    kill(getpid(), SIGTERM);
    sigprocmask(SIG_UNBLOCK, &wait, NULL);
    return 0;
}
