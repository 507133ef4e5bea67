/*
 * C++'s standard library over the kernel: exceptions, threads, files, what is initialised and destroyed. Forks are in
 * cxx-forks.cpp: asyncify takes long for a program with streams.
 */
#include <algorithm>
#include <any>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <optional>
#include <random>
#include <regex>
#include <shared_mutex>
#include <span>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <typeinfo>
#include <unordered_map>
#include <variant>
#include <vector>

#include <csetjmp>
#include <unistd.h>

using std::cout;

struct Told {
  const char *name;
  explicit Told(const char *name) : name(name) { cout << name << " made\n"; }
  ~Told() { cout << name << " gone\n"; }
};
static Told global("global");
static Told &once() {
  static Told told("local static");
  return told;
}

struct Base : std::exception {
  const char *what() const noexcept override { return "base"; }
};
struct Derived : Base {
  const char *what() const noexcept override { return "derived"; }
};

static int deep(int n) {
  Told told("frame");
  if (n == 0) throw Derived();
  return deep(n - 1) + 1;
}

static void exceptions() {
  try {
    deep(2);
  } catch (const Base &e) {
    cout << "caught " << e.what() << '\n';
  }
  try {
    try {
      throw std::out_of_range("inner");
    } catch (...) {
      std::throw_with_nested(std::runtime_error("outer"));
    }
  } catch (const std::exception &e) {
    cout << e.what() << '\n';
    try {
      std::rethrow_if_nested(e);
    } catch (const std::out_of_range &inner) {
      cout << "nested " << inner.what() << '\n';
    }
  }
  std::exception_ptr kept;
  try {
    throw 42;
  } catch (...) {
    kept = std::current_exception();
  }
  try {
    std::rethrow_exception(kept);
  } catch (int n) {
    cout << "kept " << n << ", uncaught " << std::uncaught_exceptions() << '\n';
  }
  try {
    std::vector<int>(3).at(7);
  } catch (const std::exception &e) {
    cout << "at: " << (dynamic_cast<const std::out_of_range *>(&e) != nullptr) << '\n';
  }
  try {
    volatile std::size_t size = std::size_t(-1) / 2;
    cout << (operator new(size) != nullptr) << '\n';
  } catch (const std::bad_alloc &) {
    cout << "no memory\n";
  }
  try {
    std::get<int>(std::variant<int, std::string>("text"));
  } catch (const std::bad_variant_access &) {
    cout << "other alternative\n";
  }
  std::jmp_buf back;
  volatile int jumps = 0;
  if (setjmp(back) < 3) longjmp(back, ++jumps);
  cout << "jumps " << jumps << '\n';
}

static void threads() {
  std::mutex mutex;
  std::condition_variable changed;
  int turn = 0;
  std::vector<std::thread> players;
  for (int i = 0; i < 4; i++)
    players.emplace_back([&, i] {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return turn == i; });
      cout << "player " << i << '\n';
      turn++;
      changed.notify_all();
    });
  for (auto &player : players) player.join();
  auto failing = std::async(std::launch::async, []() -> int { throw std::logic_error("from a thread"); });
  try {
    failing.get();
  } catch (const std::logic_error &e) {
    cout << e.what() << '\n';
  }
  std::atomic<int> word{0};
  std::thread waker([&] {
    word = 1;
    word.notify_one();
  });
  word.wait(0);
  waker.join();
  static thread_local int own = 1;
  std::thread([&] { cout << "own " << own++ << '\n'; }).join();
  cout << "own " << own << '\n';
  std::call_once(*std::make_unique<std::once_flag>(), [] { cout << "once\n"; });
  std::promise<std::string> promise;
  std::thread setter([&] { promise.set_value("promised"); });
  cout << promise.get_future().get() << '\n';
  setter.join();
  std::timed_mutex timed;
  timed.lock();
  std::thread([&] { cout << "in time " << timed.try_lock_for(std::chrono::milliseconds(1)) << '\n'; }).join();
}

static void files() {
  namespace fs = std::filesystem;
  const fs::path place = fs::temp_directory_path() / ("cxx-" + std::to_string(getpid()));
  fs::create_directories(place / "a/b");
  std::ofstream(place / "a/file") << "one\ntwo\n";
  fs::copy_file(place / "a/file", place / "copy");
  fs::create_symlink("copy", place / "link");
  std::vector<std::string> names;
  for (auto &entry : fs::recursive_directory_iterator(place))
    names.push_back(fs::relative(entry.path(), place).string() + (entry.is_directory() ? "/" : ""));
  std::sort(names.begin(), names.end());
  for (auto &name : names) cout << name << ' ';
  cout << fs::file_size(place / "link") << '\n';
  std::ifstream in(place / "link");
  for (std::string line; std::getline(in, line);) cout << '[' << line << ']';
  cout << in.eof() << '\n';
  std::error_code error;
  fs::create_directory(place / "none/x", error);
  cout << error.message() << ' ' << (error == std::errc::no_such_file_or_directory) << '\n';
  cout << fs::remove_all(place) << ' ' << fs::exists(place) << '\n';
}

static void text() {
  std::ostringstream out;
  out << std::setprecision(10) << 1 / 3.0 << ' ' << std::hex << std::showbase << 255 << ' ' << std::setw(8) << std::setfill('*') << 7
      << ' ' << std::boolalpha << true << ' ' << std::fixed << 2.5L << '\n';
  cout << out.str();
  std::istringstream in("12 0x1f 3.5e2 word");
  int a, b;
  double d;
  std::string w;
  in >> a >> std::hex >> b >> d >> w;
  cout << a << ' ' << b << ' ' << d << ' ' << w << ' ' << std::stold("1e3") << ' ' << std::stoi("-7") << '\n';
  std::smatch match;
  const std::string mail = "someone@example.org";
  if (std::regex_match(mail, match, std::regex(R"((\w+)@([\w.]+))"))) cout << match[2] << '\n';
  cout << std::regex_replace(std::string("a1b22"), std::regex("[0-9]+"), "#") << '\n';
  std::unordered_map<std::string, std::optional<int>> map{{"x", 1}, {"y", std::nullopt}};
  cout << map["x"].value() << map["y"].has_value() << map.size() << '\n';
  std::mt19937 random(5);
  cout << random() << ' ' << typeid(unsigned long long *).name() << '\n';
  std::any any = std::string("any");
  cout << std::any_cast<std::string>(any) << ' ' << (any.type() == typeid(std::string)) << '\n';
}

int main() {
  cout << once().name << '\n';
  exceptions();
  threads();
  files();
  text();
  std::atexit([] { cout << "at exit\n"; });
}
