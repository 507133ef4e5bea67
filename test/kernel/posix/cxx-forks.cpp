/* Exceptions of C++ in processes that are forks, and what becomes of those that nobody catches. */
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

struct Told {
  ~Told() { std::puts("unwound"); }
};

/* Were it known to throw, what follows would be part of the handler, which a fork cannot come back to. */
static volatile bool fails = true;
static void fail(const char *why) {
  Told told;
  if (fails) throw std::runtime_error(why);
}

static void end_of_child() {
  std::fflush(stdout);
  int status;
  wait(&status);
  if (WIFEXITED(status)) std::printf("exited with %d\n", WEXITSTATUS(status));
  else std::printf("killed by %d\n", WTERMSIG(status));
  std::fflush(stdout);
}

int main() {
  try {
    if (fork() == 0) fail("in the child");
    end_of_child();
  } catch (const std::exception &e) {
    std::printf("caught: %s\n", e.what());
    std::exit(3);
  }
  try {
    fail("in the parent");
  } catch (const std::exception &e) {
    std::printf("caught: %s\n", e.what());
  }
  std::set_terminate([] {
    std::puts("terminated");
    std::fflush(stdout);
    std::abort();
  });
  std::fflush(stdout);
  if (fork() == 0) throw 1;
  end_of_child();
  if (fork() == 0) std::thread([] { throw 2; }).join();
  end_of_child();
  if (fork() == 0) []() noexcept { throw 3; }();
  end_of_child();
}
