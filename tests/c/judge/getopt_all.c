/* getopt and getopt_long: clusters, arguments, permutation, unknown options, ambiguous long names. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static void parse(int argc, char **argv) {
    static const struct option longs[] = {{"verbose", no_argument, NULL, 'v'}, {"output", required_argument, NULL, 'o'}, {"level", optional_argument, NULL, 'l'}, {"version", no_argument, NULL, 'V'}, {0}};
    int c, index;
    optind = 0, opterr = 0;
    while ((c = getopt_long(argc, argv, "vo:l::n:", longs, &index)) != -1)
        printf(" %c(%s)%s", c, optarg ? optarg : "-", c == '?' ? optopt ? (char[]){'[', (char)optopt, ']', 0} : "[long]" : "");
    printf(" | rest");
    for (int i = optind; i < argc; i++) printf(" %s", argv[i]);
    putchar('\n');
}

int main(void) {
    char *sets[][9] = {
        {"p", "-v", "-o", "file", "rest", NULL},
        {"p", "-vofile", "-l", "-l3", "a", "b", NULL},
        {"p", "a", "-v", "b", "--output=x", "c", NULL},
        {"p", "--output", "y", "--level", "--level=9", "--", "-v", NULL},
        {"p", "-x", "-o", NULL},
        {"p", "--ver", "--verb", "--nonsense", "-n", "5", NULL},
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        int count = 0;
        while (sets[i][count]) count++;
        parse(count, sets[i]);
    }
    char values[] = "ro,size=10,bogus", *list = values, *value;
    char *const tokens[] = {"ro", "size", NULL};
    while (*list) {
        int found = getsubopt(&list, tokens, &value);
        printf("%d=%s ", found, value ? value : "-");
    }
    putchar('\n');
    return 0;
}
