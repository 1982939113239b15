/* setjmp: returns twice, keeps registers, unwinds many frames; sigsetjmp keeps the signal mask. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static jmp_buf here;
static sigjmp_buf with_mask;
static int depth;

static void dive(int n) {
    if (n == 0) longjmp(here, 42);
    depth++;
    dive(n - 1);
    depth -= 100; /* never reached */
}

static void handler(int number) { siglongjmp(with_mask, number); }

int main(void) {
    volatile int kept = 5;
    int value = setjmp(here);
    if (value == 0) {
        kept = 6;
        dive(50);
    }
    printf("value %d depth %d kept %d\n", value, depth, kept);
    volatile int turns = 0;
    value = setjmp(here);
    if (turns++ < 3) longjmp(here, turns - 1);
    printf("turns %d last %d\n", turns, value);
    signal(SIGUSR1, handler);
    for (volatile int i = 0; i < 3; i++)
        if ((value = sigsetjmp(with_mask, 1)) == 0) {
            raise(SIGUSR1);
            puts("never");
        }
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    printf("signal %d blocked %d\n", value == SIGUSR1, sigismember(&mask, SIGUSR1));
    return 0;
}
