// C++: exceptions through frames with destructors, rethrow, nested, in threads; RTTI; bad_alloc; noexcept.
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <typeinfo>
#include <vector>

static int alive;
struct Guard {
    Guard() { alive++; }
    Guard(const Guard &) { alive++; }
    ~Guard() { alive--; }
};

struct Base { virtual ~Base() = default; virtual const char *name() const { return "base"; } };
struct Derived : Base { const char *name() const override { return "derived"; } };
struct Problem : std::runtime_error {
    int code;
    Problem(int code) : std::runtime_error("problem " + std::to_string(code)), code(code) {}
};

static void dive(int depth) {
    Guard guard;
    std::vector<Guard> several(3);
    if (depth == 0) throw Problem(42);
    dive(depth - 1);
}

int main() {
    try { dive(20); } catch (const std::exception &error) { std::printf("%s, alive %d\n", error.what(), alive); }
    try {
        try { throw 7; } catch (int &number) { number++; throw; }
    } catch (int number) { std::printf("rethrown %d\n", number); }
    try {
        try { throw Problem(1); } catch (...) { std::throw_with_nested(std::logic_error("outer")); }
    } catch (const std::exception &error) {
        try { std::rethrow_if_nested(error); } catch (const Problem &inner) { std::printf("%s of %s\n", inner.what(), error.what()); }
    }
    std::exception_ptr caught;
    std::thread thread([&] { try { dive(3); } catch (...) { caught = std::current_exception(); } });
    thread.join();
    try { std::rethrow_exception(caught); } catch (const Problem &problem) { std::printf("from a thread %d\n", problem.code); }
    std::unique_ptr<Base> object = std::make_unique<Derived>();
    std::printf("%s %d %d\n", object->name(), dynamic_cast<Derived *>(object.get()) != nullptr, typeid(*object) == typeid(Derived));
    try { (void)dynamic_cast<Derived &>(*std::make_unique<Base>()); } catch (const std::bad_cast &) { std::puts("bad cast"); }
    try { std::vector<char> huge; huge.reserve(huge.max_size() / 2); std::puts("reserved"); } catch (const std::bad_alloc &) { std::puts("bad alloc"); } catch (const std::length_error &) { std::puts("length"); }
    try { std::string("abc").at(9); } catch (const std::out_of_range &) { std::puts("out of range"); }
    std::set_terminate([] { std::puts("terminate"); std::fflush(stdout); std::_Exit(3); });
    [&]() noexcept { throw 1; }();
}
