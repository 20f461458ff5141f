// A copy so short that the compiler would make moves of it, against a plain access of one of its bytes.
// expect: fail data-race
#include <cstring>
#include <thread>

char from[64];
char to[64];

int main() {
  std::thread thread([] { std::memcpy(to, from, 7); });
  to[3] = 1;  // HERE
  thread.join();
}
