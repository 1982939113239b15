/* Functions that a person may want to call at the prompt. */
#include <signal.h>
#include <stdlib.h>

struct pair { int a, b; };
static int counter = 5;

int square(int n) { return n * n; }
double half(double value) { return value / 2; }
float third(float value) { return value / 3; }
long long big(long long a, int b) { return a * b; }
const char *name(int n) { return n ? "yes" : "no"; }
void bump(int by) { counter += by; }
int factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }
int crash(int *p) { return *p; }
void leave(int n) { exit(n); }
int forever(void) { for (;;) counter ^= 1; }
unsigned char small(int n) { return n; }
long word(int n) { return n; }
long byte(unsigned char n) { return n; }
int all_ones(unsigned n) { return n == 0xffffffffu; }
long truth(_Bool b) { return b; }
_Bool flag;
static void handler(int number) { counter += number; }
__attribute__((constructor)) static void ready(void) { signal(SIGUSR1, handler); }
int handled(void) { raise(SIGUSR1); return counter; }
int stopped(void) { raise(SIGSTOP); return counter; }

struct pair both(int a)
{
    struct pair p = {a, a};
    return p;
}

int main(int argc, char **argv)
{
    int local = 3;
    local += square(local);
    if (argc > 5)
        return half(1) + third(1) + big(1, 2) + *name(1) + factorial(3) + small(3) + crash(0) + word(1) + byte(2) + all_ones(3) + truth(flag) + handled() + stopped() + forever() + both(1).a;
    if (argc > 4)
        leave(1);
    bump(local);
    return counter;
}
