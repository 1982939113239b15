/* qsort, bsearch, and the tree and hash tables of search.h. */
#include <search.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b) {
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static int compare(const void *a, const void *b) { return strcmp(a, b); }

static void show(const void *node, VISIT visit, int level) {
    (void)level;
    if (visit == postorder || visit == leaf) printf(" %s", *(char *const *)node);
}

int main(void) {
    static int numbers[20000];
    uint32_t seed = 1, hash = 0;
    for (int shape = 0; shape < 4; shape++) {
        for (int i = 0; i < 20000; i++) {
            seed = seed * 1664525 + 1013904223;
            numbers[i] = shape == 0 ? (int)(seed >> 1) : shape == 1 ? i : shape == 2 ? -i : (int)(seed >> 28);
        }
        qsort(numbers, 20000, sizeof *numbers, by_value);
        int sorted = 1;
        for (int i = 1; i < 20000; i++) sorted &= numbers[i - 1] <= numbers[i], hash = hash * 33 + (uint32_t)numbers[i];
        int key = numbers[777], *found = bsearch(&key, numbers, 20000, sizeof *numbers, by_value), none = -2000000;
        printf("sorted %d found %d missing %d\n", sorted, found && *found == key, bsearch(&none, numbers, 20000, sizeof *numbers, by_value) == NULL);
    }
    const char *names[] = {"pear", "apple", "fig", "quince", "date", "cherry", "banana"};
    qsort(names, 7, sizeof *names, by_name);
    for (int i = 0; i < 7; i++) printf("%s ", names[i]);
    void *tree = NULL;
    for (int i = 0; i < 7; i++) tsearch(names[(i * 3) % 7], &tree, compare);
    twalk(tree, show);
    hcreate(20);
    for (int i = 0; i < 7; i++) hsearch((ENTRY){(char *)names[i], (void *)(intptr_t)i}, ENTER);
    ENTRY *entry = hsearch((ENTRY){(char *)"fig", NULL}, FIND);
    printf(" fig=%d %08x\n", entry ? (int)(intptr_t)entry->data : -1, (unsigned)hash);
    return 0;
}
