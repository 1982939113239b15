/* Single precision and conversions between all number types, as bits. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#pragma STDC FP_CONTRACT OFF

static uint32_t bits(float value) {
    uint32_t found;
    memcpy(&found, &value, 4);
    return value != value ? 0x7fc00000 : found;
}

int main(void) {
    volatile float values[] = {0.0f, -0.0f, 1.0f, -1.5f, 3.4e38f, 1e-45f, 1e-38f, 16777217.0f, 0.1f, 2147483648.0f, -9.3e18f};
    for (int i = 0; i < 11; i++) {
        float v = values[i];
        printf("%08x %08x %08x %08x %08x %08x", bits(v), bits(sqrtf(fabsf(v))), bits(v * 3.3f), bits(v / 7.0f), bits(v + 0.1f), bits(sinf(v)));
        printf(" %08x %08x %.9g %d %d %d\n", bits(expf(v)), bits(powf(fabsf(v), 0.3f)), (double)v, v < 1.0f, v == v, isnormal(v));
    }
    volatile int ints[] = {0, 1, -1, 2147483647, -2147483647 - 1, 16777217};
    volatile int64_t longs[] = {0, -1, INT64_MAX, INT64_MIN, 9007199254740993, 123456789012345678};
    for (int i = 0; i < 6; i++) {
        printf("%08x %08x %.17g %.17g ", bits((float)ints[i]), bits((float)longs[i]), (double)ints[i], (double)longs[i]);
        printf("%08x %08x %.17g\n", bits((float)(unsigned)ints[i]), bits((float)(uint64_t)longs[i]), (double)(uint64_t)longs[i]);
    }
    volatile double d[] = {1.9, -1.9, 2147483647.5, 4294967295.0, 1e15 + 0.5, -3e9};
    for (int i = 0; i < 6; i++) printf("%lld %.9g %08x\n", (long long)d[i], (double)(float)d[i], bits((float)(d[i] / 3)));
    float sum = 0;
    for (int i = 1; i < 10000; i++) sum += 1.0f / (float)i;
    printf("harmonic %08x\n", bits(sum));
    return 0;
}
