/* What the debugger is asked about: arguments, locals, structures, arrays, pointers, globals, calls. */
#include <stdio.h>

struct point { int x, y; char name[8]; struct point *next; };
static int counter = 7;
static int table[4] = {1, 2, 3, 4};

int leaf(int a, long b)
{
    int local = a * 2;
    counter += local;
    return local + (int) b;
}

int middle(struct point *p, const char *text)
{
    int sum = leaf(p->x, p->y);
    for (int i = 0; i < 3; i++) {
        int inner = i * 10;
        sum += leaf(inner, sum);
    }
    table[2] = sum;
    return sum;
}

int main(int argc, char **argv)
{
    struct point q = {3, 4, "pt", &q};
    int r = middle(&q, "hello");
    printf("%d %d\n", r, counter);
    return 0;
}
