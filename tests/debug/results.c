/* Functions that return values of many types: what does finish say? */
enum colour { RED, GREEN };
static int calls;

double half(double value) { return value / 2; }

int minus(int value) { return -value; }

const char *word(void) { return "abc"; }

enum colour chosen(void) { return GREEN; }

void nothing(void) { calls++; }

long long large(void) { return -5000000000; }

int main(void)
{
    half(3.0);
    minus(4);
    word();
    chosen();
    nothing();
    large();
    return 0;
}
