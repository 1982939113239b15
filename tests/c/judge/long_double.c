/* long double: quadruple precision on RISC-V, in software. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    volatile long double one = 1, three = 3, ten = 10;
    printf("%zu bytes, %d digits, epsilon %Lg, max %Lg\n", sizeof(long double), LDBL_DIG, LDBL_EPSILON, LDBL_MAX);
    printf("%.36Lg\n%.36Lg\n%La\n", one / three, sqrtl(2 * one), one / ten);
    printf("%.30Lf %.30Le\n", expl(one), logl(ten));
    printf("%.33Lg %.33Lg %.33Lg\n", sinl(one), atanl(one) * 4, powl(three, one / three));
    long double sum = 0;
    for (int i = 1; i <= 1000; i++) sum += one / (i * (long double)i);
    printf("%.33Lg\n", sum);
    printf("%.33Lg %d\n", strtold("0.1", NULL), (int)(strtold("1e4000", NULL) > DBL_MAX));
    printf("%lld %.17g %Lg\n", (long long)(one * 1e18L + 7), (double)(one / three), (long double)0.1f);
    printf("%Lg %Lg %Lg\n", fmodl(1e30L, 7), floorl(-2.5L), ldexpl(one, 16000));
    return 0;
}
