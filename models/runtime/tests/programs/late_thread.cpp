// expect: fail use-after-free
//
// A thread that nobody joins still uses a global object when its destructor runs.
#include <thread>
#include <vector>

std::vector<int> numbers{1, 2, 3};

int main() {
  std::thread([] {
    if (!numbers.empty()) numbers[0] = 4;
  }).detach();
}
