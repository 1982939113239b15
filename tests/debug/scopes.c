/* Where the local variables of a call live and die: returns, recursion, a jump out. */
#include <setjmp.h>

static jmp_buf out;
static int total;

int depth(int n)
{
    int local = n;
    if (n > 0)
        local += depth(n - 1);
    local += 1;
    return local;
}

int twice(int n)
{
    static int calls;
    int a = n;
    a = a * 2;
    calls++;
    total += a;
    return a;
}

void leap(int n)
{
    int x = n;
    x++;
    longjmp(out, x);
}

int main(void)
{
    for (int i = 1; i < 4; i++)
        twice(i);
    depth(3);
    if (setjmp(out) == 0)
        leap(4);
    total++;
    return 0;
}
