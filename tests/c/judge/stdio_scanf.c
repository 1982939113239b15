/* scanf and strto*: numbers, sets, widths, suppressed fields, failures. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int a = 0, b = 0, n = 0;
    unsigned x = 0;
    double d = 0;
    char word[20] = "", set[20] = "", c = 0;
    printf("%d", sscanf("12 -7 0x1f 3.5e2 hello [abc]z", "%d %d %x %lf %19s [%19[a-c]]%c", &a, &b, &x, &d, word, set, &c));
    printf(": %d %d %u %g %s %s %c\n", a, b, x, d, word, set, c);
    printf("%d", sscanf("123456", "%3d%*1d%2d%n", &a, &b, &n));
    printf(": %d %d %d\n", a, b, n);
    printf("%d\n", sscanf("xyz", "%d", &a));
    printf("%d\n", sscanf("", "%d", &a));
    printf("%d %i %i\n", sscanf("010 0x10", "%i %i", &a, &b), a, b);
    char *end;
    const char *numbers[] = {"42abc", "  -17", "0x7fffffffffffffff", "99999999999999999999", "", "077", "1e400", "nan", "-inf", "0x1.8p3", "1e-320"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        errno = 0;
        long long l = strtoll(numbers[i], &end, 0);
        printf("%-22s strtoll %lld rest '%s' errno %d", numbers[i], l, end, errno == ERANGE);
        errno = 0;
        double v = strtod(numbers[i], &end);
        printf("  strtod %g rest '%s' errno %d\n", v, end, errno == ERANGE);
    }
    printf("%lu %d %g\n", strtoul("-1", NULL, 10) == ~0ul ? 1ul : 0ul, atoi("12x"), atof("2.5e1x"));
    return 0;
}
