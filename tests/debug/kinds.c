/* What the debugger is asked about types: bit-fields, floating point, enumerations, calls that are inlined, loops. */
enum colour { RED, GREEN = 5 };
typedef struct item {
    unsigned low : 3;
    int high : 5;
    double weight;
    float ratio;
    enum colour colour;
    struct { short a, b; };
    int (*handler)(int);
    struct item *next;
} item_t;
static item_t items[3];
static long total;

static inline __attribute__((always_inline)) int twice(int v)
{
    int result = v * 2;
    total += result;
    return result;
}

static inline __attribute__((always_inline)) int outer(int w)
{
    int kept = w + 1;
    return twice(kept) + 1;
}

int plain(int n) { return n + 1; }

int main(void)
{
    items[1] = (item_t){.low = 5, .high = -3, .weight = 2.5, .ratio = 0.1f, .colour = GREEN, .a = 7, .handler = plain};
    items[1].next = &items[2];
    int got = outer(4);
    for (int i = 0; i < 60000; i++) total += i;
    return plain(got) & 1;
}
