// std::call_once, and a function-local static: both are made once, by whoever comes first.
#include <proberen/explore.h>

#include <mutex>
#include <thread>

namespace {

int made = 0;
int built = 0;
std::once_flag flag;

struct Built {
  Built() { ++built; }
  int value = 3;
};

int both() {
  std::call_once(flag, [] { ++made; });
  static Built once;
  return made + once.value;
}

}  // namespace

int main() {
  int first = 0;
  int second = 0;
  std::thread one([&] { first = both(); });
  std::thread two([&] { second = both(); });
  one.join();
  two.join();
  proberen_observe("made", made);
  proberen_observe("built", built);
  proberen_observe("sum", first + second);
}
