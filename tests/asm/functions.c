/* Functions for test_asm_compiled.py: clang -S turns them into assembly that must assemble unmodified. */
typedef unsigned long size_t;
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

struct point { int x, y; };
struct node { struct node *next; const char *name; u64 key; };
struct flags { u32 a : 3, b : 7, c : 22; };
enum op { ADD, SUB, MUL, DIV, AND, OR, XOR, SHL, SHR, NEG };

extern int external(int);
extern char external_data[];
static int counter;
int shared_common;
int table[16] = {1, 2, 3, 5, 8, 13};
const u32 crc_table[4] = {0, 0x1db71064, 0x3b6e20c8, 0x26d930ac};
const char *const names[] = {"zero", "one \"two\"\n", "tab\there", "\x01\xff\0end"};
static struct node tail_node = {0, "tail", 0x123456789abcdef0ull};
struct node list = {&tail_node, "head", ~0ull};
double weights[3] = {0.5, -1.25, 3e100};
_Thread_local int per_thread = 7;
static _Thread_local int per_thread_zero;

/* 1 */ int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
/* 2 */ u64 gcd(u64 a, u64 b) { while (b) { u64 t = a % b; a = b; b = t; } return a; }
/* 3 */ void sort(int *v, int n) {
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && v[j - 1] > v[j]; j--) { int t = v[j]; v[j] = v[j - 1]; v[j - 1] = t; }
}
/* 4 */ size_t length(const char *s) { const char *p = s; while (*p) p++; return p - s; }
/* 5 */ u32 crc(const u8 *p, size_t n) { u32 c = ~0u; while (n--) c = c >> 4 ^ crc_table[(c ^ *p++) & 3]; return ~c; }
/* 6 */ int calculate(enum op op, int a, int b) {
    switch (op) {
    case ADD: return a + b; case SUB: return a - b; case MUL: return a * b; case DIV: return b ? a / b : -1;
    case AND: return a & b; case OR: return a | b; case XOR: return a ^ b; case SHL: return a << (b & 31);
    case SHR: return a >> (b & 31); case NEG: return -a; default: return external(op);
    }
}
/* 7 */ struct point move(struct point p, int dx, int dy) { p.x += dx; p.y += dy; return p; }
/* 8 */ u64 find(const struct node *n, const char *name) { for (; n; n = n->next) if (n->name == name) return n->key; return 0; }
/* 9 */ int count(void) { return ++counter + shared_common++; }
/* 10 */ int apply(int (*f)(int), int n) { int s = 0; for (int i = 0; i < n; i++) s += f(table[i & 15]); return s; }
/* 11 */ u32 pack(struct flags f) { f.b++; return f.a | f.b << 3 | f.c << 10; }
/* 12 */ i64 wide(i64 a, i64 b) { return a * b + (a >> 3) - (b / 10) + 0x123456789ll; }
/* 13 */ int sum_of(int n, ...) {
    __builtin_va_list ap; int s = 0; __builtin_va_start(ap, n);
    while (n--) s += __builtin_va_arg(ap, int);
    __builtin_va_end(ap); return s;
}
/* 14 */ int add_atomically(int *p, int d) { return __atomic_fetch_add(p, d, __ATOMIC_SEQ_CST) + __atomic_load_n(p, __ATOMIC_ACQUIRE); }
/* 15 */ long write_bytes(int fd, const void *p, size_t n) {
    register long a0 __asm__("a0") = fd, a1 __asm__("a1") = (long)p, a2 __asm__("a2") = n, a7 __asm__("a7") = 64;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory"); return a0;
}
/* 16 */ double average(const double *v, int n) { double s = 0; for (int i = 0; i < n; i++) s += v[i] * weights[i % 3]; return s / n; }
/* 17 */ int thread_local_sum(void) { return per_thread++ + ++per_thread_zero; }
/* 18 */ const char *name_of(int i) { return i < 4 ? names[i] : external_data + i; }
/* 19 */ int interpret(const u8 *code) {
    static const void *const labels[] = {&&push, &&add, &&stop}; int stack[32], *sp = stack;
#define NEXT goto *labels[*code++ % 3]
    NEXT;
push: *sp++ = *code++; NEXT;
add: sp--; sp[-1] += sp[0]; NEXT;
stop: return sp[-1];
}
/* 20 */ u64 big_constants(u64 x) {
    return (x ^ 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull + 0x80000000ull - 0x7ff + (x >> 33 & 0xfffff800);
}
/* 21 */ int far_branch(int n) {
    char room[5000]; for (int i = 0; i < n; i++) room[i] = i; return room[n / 2] + room[4999 - n];
}
/* 22 */ __attribute__((weak)) int maybe(void) { return 1; }
/* 23 */ __attribute__((visibility("hidden"), section(".text.special"))) int special(void) { return maybe() + fibonacci(3); }
int alias_of_special(void) __attribute__((alias("special")));
