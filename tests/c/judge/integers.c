/* Integer arithmetic of all widths at the edges: division, shifts, 64 and 128 bits, overflow builtins, bit counting. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

static uint64_t hash = 14695981039346656037u;
static void add(uint64_t value) { hash = (hash ^ value) * 1099511628211u; }

int main(void) {
    volatile int64_t values[] = {0, 1, -1, 2, -2, 7, -7, 127, -128, 255, 32767, -32768, 65535, INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX, INT64_MIN, 0x123456789abcdef0, -0x123456789abcdef};
    int count = sizeof values / sizeof *values;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            int64_t a = values[i], b = values[j];
            uint64_t ua = (uint64_t)a, ub = (uint64_t)b;
            add(ua + ub), add(ua - ub), add(ua * ub), add(a < b), add(ua < ub), add(ua & ub), add(ua ^ ub);
            if (b && !(a == INT64_MIN && b == -1)) add((uint64_t)(a / b)), add((uint64_t)(a % b));
            if (ub) add(ua / ub), add(ua % ub);
            int32_t c = (int32_t)a, d = (int32_t)b;
            if (d && !(c == INT32_MIN && d == -1)) add((uint64_t)(c / d)), add((uint64_t)(c % d));
            if ((uint32_t)d) add((uint32_t)c / (uint32_t)d);
            add(ua << (b & 63)), add(ua >> (b & 63)), add((uint64_t)(a >> (b & 63))), add((uint32_t)c << (d & 31)), add((uint64_t)(c >> (d & 31)));
            int64_t result;
            add((uint64_t)__builtin_add_overflow(a, b, &result)), add((uint64_t)__builtin_mul_overflow(a, b, &result)), add((uint64_t)result);
            add((uint64_t)(int8_t)(a * b)), add((uint16_t)(ua + ub));
#ifdef __SIZEOF_INT128__
            unsigned __int128 wide = (unsigned __int128)ua * ub;
            uint64_t high = (uint64_t)(wide >> 64);
#else
            uint64_t low = (ua & 0xffffffff) * (ub & 0xffffffff), m1 = (ua >> 32) * (ub & 0xffffffff), m2 = (ua & 0xffffffff) * (ub >> 32);
            uint64_t high = (ua >> 32) * (ub >> 32) + (m1 >> 32) + (m2 >> 32) + (((low >> 32) + (m1 & 0xffffffff) + (m2 & 0xffffffff)) >> 32);
#endif
            add(high);
            if (ua) add((uint64_t)__builtin_clzll(ua)), add((uint64_t)__builtin_ctzll(ua));
            add((uint64_t)__builtin_popcountll(ua)), add(__builtin_bswap64(ua)), add(__builtin_bswap32((uint32_t)ua));
        }
    printf("%016" PRIx64 "\n", hash);
    struct { unsigned a : 3, b : 7, c : 22; signed d : 5; uint64_t e : 40; } fields = {5, 100, 1234567, -7, 0x123456789a};
    fields.b += 50, fields.d -= 3;
    printf("%u %u %u %d %" PRIx64 "\n", fields.a, fields.b, fields.c, fields.d, (uint64_t)fields.e);
    return 0;
}
