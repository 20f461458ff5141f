// A timer that is cancelled in time does not call its function.
#include <chrono>
#include <cstdio>

#include <proberen/timer.hpp>

int main() {
  using namespace std::chrono_literals;
  proberen::Timer late(30s, [] { std::puts("too late"); });
  late.start();
  std::puts(late.cancel() == proberen::CancelResult::cancelled ? "cancelled" : "not cancelled");

  proberen::Timer soon(
      10ms, [](const char* word) { std::puts(word); }, "hello");
  soon.start();
  soon.join();
}
