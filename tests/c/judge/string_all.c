/* string.h: searching, comparing, copying, splitting, at all alignments. */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static unsigned sum(const unsigned char *bytes, int count) {
    unsigned hash = 2166136261u;
    while (count--) hash = (hash ^ *bytes++) * 16777619u;
    return hash;
}

int main(void) {
    static unsigned char a[300], b[300];
    unsigned total = 0;
    for (int from = 0; from < 9; from++)
        for (int to = 0; to < 9; to++)
            for (int size = 0; size < 70; size += 3) {
                for (int i = 0; i < 300; i++) a[i] = (unsigned char)(i * 7 + 1), b[i] = 0xEE;
                memcpy(b + to, a + from, size);
                memmove(a + to, a + from, size);
                memset(b + 100 + to, size, size);
                total = total * 31 + sum(a, 300) + sum(b, 300);
                total += memcmp(a + from, b + to, size) < 0;
            }
    printf("copies %08x\n", total);
    printf("%zu %zu %d %d %d\n", strlen("hello"), strnlen("hello", 3), strcmp("a", "b") < 0, strncmp("abc", "abd", 2), strcasecmp("HeLLo", "hEllO"));
    printf("%s %s %s %s %d\n", strchr("a/b/c", '/'), strrchr("a/b/c", '/'), strstr("finding a needle", "a n"), strpbrk("key=value", "=:"), strchr("abc", 'x') == NULL);
    printf("%zu %zu %s\n", strspn("112233x", "123"), strcspn("hello, world", ","), (char *)memchr("abcdef", 'd', 6));
    printf("%s\n", (char *)memmem("the quick brown fox", 19, "brown", 5));
    char text[] = "one,,two;three", *save, *word;
    for (word = strtok_r(text, ",;", &save); word; word = strtok_r(NULL, ",;", &save)) printf("[%s]", word);
    char other[] = "a::b", *rest = other;
    while ((word = strsep(&rest, ":"))) printf("<%s>", word);
    char buffer[16] = "abc";
    printf("\n%s %zu %s %s\n", strcat(buffer, "def"), strlcpy(buffer, "a long string for it", sizeof buffer), buffer, strncat(strcpy(buffer, "x"), "yzzz", 2));
    for (int c = 0; c < 256; c++)
        total = total * 3 + !!isalpha(c) + 2 * !!isdigit(c) + 4 * !!isspace(c) + 8 * !!ispunct(c) + 16 * !!isxdigit(c) + (unsigned)toupper(c) + (unsigned)tolower(c) * 5;
    printf("ctype %08x\n", total);
    printf("%d %d %d\n", ffs(0x50), strverscmp("file9", "file10") < 0, strcoll("a", "b") < 0);
    char *copy = strdup("copied");
    printf("%s %s\n", copy, strerror(2));
    return 0;
}
