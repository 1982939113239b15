/* The environment, locale, arguments, exit handlers, limits, names of the system. */
#define _GNU_SOURCE
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

static void first(void) { puts("registered first, called last"); }
static void second(void) { puts("registered second"); }
__attribute__((constructor)) static void before(void) { puts("before main"); }
__attribute__((destructor)) static void after(void) { puts("after exit"); }

int main(int argc, char **argv) {
    (void)argv;
    printf("%d argument\n", argc);
    setenv("A", "1", 1), setenv("A", "2", 0), putenv("B=3");
    printf("%s %s %d\n", getenv("A"), getenv("B"), getenv("C") == NULL);
    unsetenv("A");
    printf("%d %s\n", getenv("A") == NULL, secure_getenv("B"));
    clearenv();
    printf("%d %s %s\n", environ == NULL || *environ == NULL, setlocale(LC_ALL, NULL), nl_langinfo(CODESET)[0] ? "codeset" : "");
    struct utsname system;
    uname(&system);
    printf("%s\n", system.sysname);
    printf("page %ld clock ticks %ld random bytes %d\n", sysconf(_SC_PAGESIZE), sysconf(_SC_CLK_TCK), getauxval(AT_RANDOM) != 0);
    printf("phdr %d entry %d page %lu secure %lu vdso %d\n", getauxval(AT_PHDR) != 0, getauxval(AT_ENTRY) != 0, getauxval(AT_PAGESZ), getauxval(AT_SECURE), getauxval(AT_SYSINFO_EHDR) == 0 || 1);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 8;
    setrlimit(RLIMIT_NOFILE, &limit);
    int opened = 0;
    while (dup(0) >= 0) opened++;
    printf("descriptors up to %d\n", opened + 3);
    atexit(first), atexit(second);
    exit(9);
}
