// C++: containers, algorithms, streams, lambdas, strings, chrono, regex, smart pointers, concurrency.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

template <typename T> constexpr T power(T base, int n) { return n ? base * power(base, n - 1) : T(1); }
static_assert(power(3, 4) == 81);

int main() {
    std::mt19937 random(12345);
    std::vector<unsigned> numbers(1000);
    std::generate(numbers.begin(), numbers.end(), [&] { return random() % 1000; });
    std::sort(numbers.begin(), numbers.end(), std::greater<>());
    std::cout << numbers.front() << ' ' << numbers.back() << ' ' << std::accumulate(numbers.begin(), numbers.end(), 0u) << '\n';
    std::map<std::string, int> words;
    std::istringstream text("the cat and the dog and the bird");
    for (std::string word; text >> word;) words[word]++;
    for (const auto &[word, count] : words) std::cout << word << '=' << count << ' ';
    std::unordered_map<int, std::string> names{{1, "one"}, {2, "two"}};
    std::set<unsigned> distinct(numbers.begin(), numbers.end());
    std::cout << names.at(2) << ' ' << distinct.size() << '\n';
    std::cout << std::hex << std::showbase << 255 << std::dec << ' ' << std::fixed << std::setprecision(3) << 3.14159 << ' ' << std::setw(8) << std::setfill('*') << 42 << '\n';
    std::variant<int, std::string> either = "text";
    std::optional<int> nothing;
    std::cout << std::get<std::string>(either) << ' ' << nothing.value_or(-1) << ' ' << std::visit([](auto &&v) { return sizeof v > 4; }, either) << '\n';
    std::vector<std::future<long>> parts;
    for (int part = 0; part < 3; part++) parts.push_back(std::async(std::launch::async, [part] { long sum = 0; for (int i = part; i < 3000; i += 3) sum += i; return sum; }));
    long total = 0;
    for (auto &part : parts) total += part.get();
    std::cout << total << '\n';
    std::mutex mutex;
    std::condition_variable ready;
    bool done = false;
    std::thread thread([&] { std::lock_guard lock(mutex); done = true; ready.notify_one(); });
    { std::unique_lock lock(mutex); ready.wait(lock, [&] { return done; }); }
    thread.join();
    auto start = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::cout << (std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(1)) << '\n';
    std::string long_text;
    for (int i = 0; i < 100; i++) long_text += std::to_string(i);
    std::cout << long_text.size() << ' ' << long_text.find("4546") << ' ' << long_text.substr(10, 6) << '\n';
    struct Node { std::shared_ptr<Node> next; int value; };
    std::shared_ptr<Node> list;
    for (int i = 0; i < 5; i++) list = std::make_shared<Node>(Node{list, i});
    int count = 0;
    for (auto node = list; node; node = node->next) count += node->value;
    std::cout << count << ' ' << list.use_count() << std::endl;
}
