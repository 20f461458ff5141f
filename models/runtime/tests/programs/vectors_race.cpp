// A race inside what the library does for the program, in code that is not instrumented: memmove of a vector's elements.
// expect: fail data-race
#include <thread>
#include <vector>

int main() {
  std::vector<int> numbers(8);
  std::thread thread([&] { numbers[3] = 1; });
  std::vector<int> copy(numbers);  // HERE
  thread.join();
}
