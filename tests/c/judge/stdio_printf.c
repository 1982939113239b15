/* printf: every conversion, flag, width and precision that the C library has. */
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>

int main(void) {
    printf("%d|%5d|%-5d|%05d|%+d|% d|%.3d|%i\n", 42, 42, 42, 42, 42, 42, 7, -1);
    printf("%u|%x|%X|%#x|%o|%#o|%c|%%\n", 3000000000u, 48879, 48879, 48879, 8, 8, 'q');
    printf("%hhd|%hd|%" PRId64 "|%" PRIu64 "|%jd|%zu|%td\n", (char)300, (short)70000, INT64_MIN, UINT64_MAX, (intmax_t)-5, (size_t)9, (ptrdiff_t)-9);
    printf("%f|%.2f|%10.3f|%-10.1f|%+f|%e|%.0e|%E|%g|%g|%g|%#g\n", 3.14159, 2.675, -1.5, 2.25, 1.0, 12345.678, 5.5, 1e-10, 1e20, 1e-5, 100000.0, 1.0);
    printf("%a|%A|%.3a|%f|%F|%e|%g\n", 1.0, 0.1, 3.14159, 1.0 / 0.0, -1.0 / 0.0, 0.0 / 0.0 < 0 ? 1.0 : 2.0, -0.0);
    printf("%s|%10s|%-10s|%.2s|%*.*s|%s\n", "abc", "abc", "abc", "abc", 6, 2, "abc", (char *)"");
    printf("%1$d %2$s %1$x\n", 255, "positional");
    int count;
    printf("count%n me", &count);
    printf(" %d\n", count);
    printf("%.20f\n%.17g\n%.40g\n", 0.1, 0.1, 1.0 / 3);
    printf("%.15g %.16g %.17g %g\n", 1e23, 1e23, 1e23, 5e-324);
    printf("%p %d\n", (void *)0, printf("%s", ""));
    char text[20];
    int needed = snprintf(text, sizeof text, "%s and %d more letters", "cut", 1000);
    printf("%d %s\n", needed, text);
    return 0;
}
