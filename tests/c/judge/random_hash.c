/* The pseudo-random functions of libc, and hashes of one's own: CRC-32, SHA-256, MD5-like mixing. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t crc32(const void *data, size_t size) {
    uint32_t crc = ~0u;
    for (const unsigned char *byte = data; size--; byte++) {
        crc ^= *byte;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void sha256(const char *text, char *out) {
    static uint32_t k[64];
    uint32_t h[8], w[64], v[8], found = 0;
    for (uint32_t n = 2; found < 64; n++) { /* constants from the cube and square roots of primes, by bisection */
        int prime = 1;
        for (uint32_t d = 2; d * d <= n; d++) prime &= n % d != 0;
        if (!prime) continue;
        for (int power = 2; power < 4; power++) {
            uint64_t low = 0, high = (uint64_t)1 << 36;
            while (high - low > 1) {
                uint64_t middle = (low + high) / 2;
                double root = (double)middle / 4294967296.0, raised = power == 2 ? root * root : root * root * root;
                long double exact = (long double)middle / 4294967296.0L;
                exact = power == 2 ? exact * exact : exact * exact * exact;
                (void)raised;
                if (exact <= n) low = middle; else high = middle;
            }
            if (power == 3) k[found] = (uint32_t)low;
            else if (found < 8) h[found] = (uint32_t)low;
        }
        found++;
    }
    unsigned char block[64] = {0};
    size_t size = strlen(text);
    memcpy(block, text, size);
    block[size] = 0x80, block[62] = (unsigned char)(size >> 5), block[63] = (unsigned char)(size << 3);
    for (int i = 0; i < 16; i++) w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) w[i] = w[i - 16] + w[i - 7] + (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) + (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(v, h, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
        uint32_t t2 = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1, v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) sprintf(out + 8 * i, "%08x", (unsigned)(h[i] + v[i]));
}

int main(void) {
    srand(42), srandom(42), srand48(42);
    for (int i = 0; i < 5; i++) printf("%d %ld %ld %.6f\n", rand(), random(), lrand48(), drand48());
    unsigned seed = 7;
    printf("%d %d\n", rand_r(&seed), rand_r(&seed));
    printf("%08x\n", (unsigned)crc32("123456789", 9));
    char hash[65];
    sha256("abc", hash);
    printf("%s\n", hash);
    return 0;
}
