/* Rounding modes and exception flags, where the target has them; else only what every target must have. */
#include <fenv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t bits(double value) {
    uint64_t found;
    memcpy(&found, &value, 8);
    return found;
}

int main(void) {
    volatile double one = 1, three = 3, tiny = 1e-300, huge = 1e300, zero = 0, minus = -1;
    printf("%016llx %016llx\n", (unsigned long long)bits(one / three), (unsigned long long)bits(minus / three));
#ifdef __riscv_flen
    static const struct { const char *name; int mode; } modes[] = {{"nearest", FE_TONEAREST}, {"down", FE_DOWNWARD}, {"up", FE_UPWARD}, {"zero", FE_TOWARDZERO}};
    for (int i = 0; i < 4; i++) {
        fesetround(modes[i].mode);
        volatile double quotient = one / three, negative = minus / three, sum = one + tiny;
        volatile float narrow = (float)0.1;
        printf("%s %016llx %016llx %016llx %d %.9g\n", modes[i].name, (unsigned long long)bits(quotient), (unsigned long long)bits(negative), (unsigned long long)bits(sum), fegetround() == modes[i].mode, (double)narrow);
    }
    fesetround(FE_TONEAREST);
#define FLAGS(what) { feclearexcept(FE_ALL_EXCEPT); volatile double result = what; (void)result; int f = fetestexcept(FE_ALL_EXCEPT); printf("%-14s%s%s%s%s%s\n", #what, f & FE_INVALID ? " invalid" : "", f & FE_DIVBYZERO ? " divbyzero" : "", f & FE_OVERFLOW ? " overflow" : "", f & FE_UNDERFLOW ? " underflow" : "", f & FE_INEXACT ? " inexact" : ""); }
    FLAGS(one + one) FLAGS(one / three) FLAGS(one / zero) FLAGS(zero / zero) FLAGS(huge * huge) FLAGS(tiny * tiny) FLAGS(zero * huge)
#endif
    printf("%d %d\n", one / zero > huge, zero / zero != zero / zero);
    return 0;
}
