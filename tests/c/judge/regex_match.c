/* POSIX regular expressions and fnmatch. */
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>

static void match(const char *pattern, const char *text, int flags) {
    regex_t compiled;
    regmatch_t at[4];
    int error = regcomp(&compiled, pattern, REG_EXTENDED | flags);
    if (error) {
        printf("%-28s doesn't compile: %d\n", pattern, error != 0);
        return;
    }
    printf("%-28s %-20s", pattern, text);
    if (regexec(&compiled, text, 4, at, 0)) printf(" no\n");
    else {
        for (int i = 0; i < 4 && at[i].rm_so >= 0; i++) printf(" %d-%d '%.*s'", (int)at[i].rm_so, (int)at[i].rm_eo, (int)(at[i].rm_eo - at[i].rm_so), text + at[i].rm_so);
        putchar('\n');
    }
    regfree(&compiled);
}

int main(void) {
    match("^([a-z]+)=([0-9]+)$", "width=42", 0);
    match("(a|ab)(c|bcd)(d*)", "abcd", 0);
    match("[[:upper:]][[:lower:]]*", "some Words here", 0);
    match("x{2,3}y?", "axxxxz", 0);
    match("hello", "HeLLo", REG_ICASE);
    match("^$", "", 0);
    match("(unclosed", "x", 0);
    match("a.c", "a\nc", 0);
    match("(([a-z])*)-\\.", "abc-.", 0);
    printf("%d %d %d %d\n", fnmatch("*.[ch]", "main.c", 0), fnmatch("*.[ch]", "main.o", 0) != 0, fnmatch("a/*", "a/b/c", FNM_PATHNAME) != 0, fnmatch("?x[!a-c]", "axd", 0));
    return 0;
}
