/* math.h on doubles: results as bits. */
#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#pragma STDC FP_CONTRACT OFF

static uint64_t bits(double value) {
    uint64_t found;
    memcpy(&found, &value, 8);
    return value != value ? 0x7ff8000000000000 : found;
}

static const double values[] = {0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.141592653589793, -2.718281828459045, 1e-8, 1e10, 123456.789, 1e300, 5e-324, 1e-310, 0.7071067811865476, -17.25};
#define COUNT (int)(sizeof values / sizeof *values)
#define ONE(f) { printf("%-10s", #f); uint64_t all = 0; for (int i = 0; i < COUNT; i++) { uint64_t b = bits(f(values[i])); all = all * 1099511628211u + b; if (i < 4 || i == 6) printf(" %016llx", (unsigned long long)b); } printf(" %016llx\n", (unsigned long long)all); }
#define TWO(f) { uint64_t all = 0; for (int i = 0; i < COUNT; i++) for (int j = 0; j < COUNT; j++) all = all * 1099511628211u + bits(f(values[i], values[j])); printf("%-10s %016llx\n", #f, (unsigned long long)all); }

int main(void) {
    ONE(sqrt) ONE(cbrt) ONE(sin) ONE(cos) ONE(tan) ONE(asin) ONE(acos) ONE(atan) ONE(sinh) ONE(cosh) ONE(tanh) ONE(asinh) ONE(acosh) ONE(atanh)
    ONE(exp) ONE(exp2) ONE(expm1) ONE(log) ONE(log2) ONE(log10) ONE(log1p) ONE(erf) ONE(erfc) ONE(tgamma) ONE(lgamma) ONE(floor) ONE(ceil)
    ONE(trunc) ONE(round) ONE(rint) ONE(nearbyint) ONE(fabs) ONE(logb) ONE(j0) ONE(y1)
    TWO(pow) TWO(fmod) TWO(remainder) TWO(atan2) TWO(hypot) TWO(fmax) TWO(fmin) TWO(fdim) TWO(copysign) TWO(nextafter)
    uint64_t all = 0;
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < COUNT; j++)
            for (int k = 0; k < COUNT; k++) all = all * 1099511628211u + bits(fma(values[i], values[j], values[k]));
    printf("fma        %016llx\n", (unsigned long long)all);
    for (int i = 0; i < COUNT; i++) {
        int exponent, quotient;
        double whole, fraction = modf(values[i], &whole), mantissa = frexp(values[i], &exponent);
        printf("%016llx %016llx %016llx %d", (unsigned long long)bits(fraction), (unsigned long long)bits(whole), (unsigned long long)bits(mantissa), exponent);
        double left = remquo(values[i], 3.0, &quotient);
        printf(" %016llx %d %016llx %lld %d\n", (unsigned long long)bits(left), quotient & 7, (unsigned long long)bits(ldexp(values[i], -3)), fabs(values[i]) < 1e9 ? llround(values[i]) : 0, fpclassify(values[i]) == FP_SUBNORMAL);
    }
    return 0;
}
