/* Variable arguments of every type and many of them; structures by value in and out. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

typedef struct { int a; double b; } Mixed;
typedef struct { char bytes[40]; } Large;
typedef struct { float x, y; } Point;
typedef struct { uint64_t low, high; } Pair;

static double total(const char *types, ...) {
    va_list list, twin;
    va_start(list, types);
    va_copy(twin, list);
    double sum = 0;
    for (const char *t = types; *t; t++) {
        if (*t == 'i') sum += va_arg(list, int);
        else if (*t == 'l') sum += (double)va_arg(list, int64_t);
        else if (*t == 'd') sum += va_arg(list, double);
        else if (*t == 'q') sum += (double)va_arg(list, long double);
        else if (*t == 'm') { Mixed m = va_arg(list, Mixed); sum += m.a + m.b; }
        else if (*t == 'L') sum += va_arg(list, Large).bytes[39];
        else if (*t == 'p') { Point p = va_arg(list, Point); sum += p.x + p.y; }
    }
    va_end(list);
    sum += *types == 'i' ? va_arg(twin, int) * 1000 : 0;
    va_end(twin);
    return sum;
}

static Mixed swap(Mixed m) { return (Mixed){(int)m.b, m.a}; }
static Large fill(Large l, int with) { l.bytes[39] = (char)with; return l; }
static Point turn(Point p) { return (Point){-p.y, p.x}; }
static Pair add(Pair x, Pair y) { Pair sum = {x.low + y.low, x.high + y.high}; sum.high += sum.low < x.low; return sum; }
static int many(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l) { return a - b + c - d + e - f + g - h + i - j + k - l; }
static double floats(double a, float b, double c, float d, double e, float f, double g, float h, double i, float j) { return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10; }

int main(void) {
    Large large = {{0}};
    printf("%g\n", total("iidilq", 1, 2, 3.5, 4, (int64_t)5, 6.5L));
    printf("%g\n", total("imLpd", 1, (Mixed){2, 3.25}, fill(large, 9), (Point){1.5f, 2.5f}, 0.125));
    printf("%g\n", total("iiiiiiiiiiiiddddddddddl", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., (int64_t)1 << 40));
    Mixed m = swap((Mixed){7, 2.5});
    Point p = turn((Point){3, 4});
    Pair sum = add((Pair){UINT64_MAX, 1}, (Pair){2, 3});
    printf("%d %g %g %g %llu %llu\n", m.a, m.b, p.x, p.y, (unsigned long long)sum.low, (unsigned long long)sum.high);
    int (*volatile call)(int, int, int, int, int, int, int, int, int, int, int, int) = many;
    printf("%d %g\n", call(12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1), floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    return 0;
}
