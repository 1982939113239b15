long write(int fd, const char *text, long size);
static int length(const char *s) { int n = 0; while (s[n]) n++; return n; }
static void put(const char *s) { write(1, s, length(s)); }
static void number(long n) { char t[24]; int at = 23; t[at] = 0; if (!n) t[--at] = '0'; while (n) { t[--at] = '0' + n % 10; n /= 10; } put(t + at); put("\n"); }
struct pair { int a; double b; };
static double half(struct pair p) { return p.a * p.b / 2; }
int main(void) {
    static char sieve[10000];
    int count = 0;
    for (int i = 2; i < 10000; i++) { if (sieve[i]) continue; count++; for (int j = i * 2; j < 10000; j += i) sieve[j] = 1; }
    put("primes below 10000: "); number(count);
    struct pair p; p.a = 21; p.b = 4.0;
    number((long)half(p));
    switch (count % 7) { case 0: put("zero\n"); break; case 4: put("four\n"); break; default: put("other\n"); }
    return count % 100;
}
