/* C++ that the debugger is asked about: references, scoped enumerators, bytes behind a NUL. */
namespace ns {
enum class E { A, B, C };
enum Plain { LOW = 3 };
}

struct Holder {
    int &kept;
    unsigned char bytes[4];
    short small;
};

int refto(int &r)
{
    r = r + 0;
    return r;
}

int main()
{
    int n = 3;
    int numbers[3] = {4, 5, 6};
    int *place = &n;
    int *&moving = place;
    int (&row)[3] = numbers;
    double real = 2.5;
    double &ratio = real;
    ns::E e = ns::E::B;
    ns::Plain plain = ns::LOW;
    Holder L = {n, {0, 0, 0x80, 0x3f}, 7};
    Holder &held = L;
    held.small = 8;
    return refto(n) + *moving + row[0] + (int) ratio + (int) e + plain + held.kept;
}
