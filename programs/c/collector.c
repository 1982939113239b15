/* Who frees what nobody uses any more? A mark-and-sweep collector in a hundred lines.

   Look at   emu run programs/c/collector.c           objects alive before and after each collection
             emu stat programs/c/collector.c          marking touches every living object: l1d misses
   Objects are pairs. Roots are the variables of the program. Mark: follow every pointer from the roots. Sweep: walk over
   the whole heap; what has no mark goes into the free list. Cycles are no problem: reference counts would keep them. */
#include <stdio.h>
#include <stdlib.h>

typedef struct Pair {
    struct Pair *first, *second;
    int value;
    char marked, used;
} Pair;

enum { HEAP = 1000, ROOTS = 4 };
static Pair heap[HEAP];
static Pair *free_list;
static Pair *roots[ROOTS];
static int collections;

static void mark(Pair *pair) {
    while (pair && !pair->marked) {
        pair->marked = 1;
        mark(pair->first);
        pair = pair->second; /* the last call is a loop: lists may be long */
    }
}

static int sweep(void) {
    int alive = 0;
    free_list = NULL;
    for (Pair *pair = heap; pair < heap + HEAP; pair++) {
        alive += pair->used = pair->marked;
        pair->marked = 0;
        if (!pair->used) pair->second = free_list, free_list = pair;
    }
    return alive;
}

static int collect(void) {
    collections++;
    for (int i = 0; i < ROOTS; i++) mark(roots[i]);
    return sweep();
}

static Pair *cons(int value, Pair *first, Pair *second) {
    roots[2] = first, roots[3] = second; /* they must survive a collection that happens now */
    if (!free_list && collect() == HEAP) {
        fputs("the heap is full of living objects\n", stderr);
        exit(1);
    }
    Pair *pair = free_list;
    free_list = pair->second;
    *pair = (Pair){first, second, value, 0, 1};
    return pair;
}

static int alive(void) {
    int count = 0;
    for (Pair *pair = heap; pair < heap + HEAP; pair++) count += pair->used;
    return count;
}

int main(void) {
    sweep();
    for (int i = 0; i < 300; i++) roots[0] = cons(i, NULL, roots[0]);
    printf("a list of 300:             %4d objects\n", alive());
    roots[1] = cons(1, NULL, NULL);
    roots[1]->second = cons(2, NULL, roots[1]);
    printf("and a circle of two:       %4d objects\n", alive());
    roots[1] = roots[2] = roots[3] = NULL;
    printf("the circle is dropped:     %4d after a collection\n", collect());
    for (int i = 0; i < 100000; i++) cons(i, NULL, NULL);
    printf("100000 objects of garbage: %4d collections\n", collections);
    roots[0] = roots[2] = roots[3] = NULL;
    printf("the list is dropped:       %4d after a collection\n", collect());
    return 0;
}
