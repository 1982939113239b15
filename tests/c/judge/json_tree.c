/* A recursive descent parser for JSON that prints what it has read: strings, numbers, nesting, errors. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *at;
static int depth;

static void skip(void) { while (isspace((unsigned char)*at)) at++; }

static int value(void);

static int string(void) {
    putchar('"');
    for (at++; *at != '"'; at++) {
        if (!*at) return 0;
        if (*at == '\\' && *++at == 'u') {
            unsigned code;
            if (sscanf(at + 1, "%4x", &code) != 1) return 0;
            printf("<%04X>", code);
            at += 4;
        } else putchar(*at);
    }
    putchar('"'), at++;
    return 1;
}

static int list(char end, int pairs) {
    printf("%c", *at++);
    depth++;
    skip();
    for (int first = 1; *at != end; first = 0) {
        if (!first && *at++ != ',') return 0;
        if (!first) printf(", ");
        skip();
        if (pairs) {
            if (*at != '"' || !string()) return 0;
            skip();
            if (*at++ != ':') return 0;
            printf(": ");
        }
        if (!value()) return 0;
        skip();
    }
    depth--;
    putchar(*at++);
    return 1;
}

static int value(void) {
    skip();
    if (depth > 100) return 0;
    if (*at == '{') return list('}', 1);
    if (*at == '[') return list(']', 0);
    if (*at == '"') return string();
    for (const char *const *word = (const char *const[]){"true", "false", "null", NULL}; *word; word++)
        if (!strncmp(at, *word, strlen(*word))) return at += strlen(*word), printf("%s", *word), 1;
    char *end;
    double number = strtod(at, &end);
    if (end == at) return 0;
    printf("%.15g", number);
    at = end;
    return 1;
}

int main(void) {
    const char *texts[] = {
        "{\"name\": \"emu\", \"bits\": [32, 64], \"nested\": {\"a\": [], \"b\": {}}, \"ok\": true, \"none\": null}",
        "[1, -2.5e3, 0.1, 1e-7, 123456789012345680000]", "\"tab\\tquote\\\" \\u00e9\"", "[1, 2", "{\"a\" 1}", "[[[[[[1]]]]]]", "nul",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        at = texts[i], depth = 0;
        int ok = value();
        skip();
        printf("   %s\n", ok && !*at ? "ok" : "error");
    }
    return 0;
}
