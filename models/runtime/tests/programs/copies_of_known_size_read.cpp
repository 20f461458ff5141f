// The same of the bytes that a longer one reads.
// expect: fail data-race
#include <cstring>
#include <thread>

char from[64];
char to[64];

int main() {
  std::thread thread([] { std::memcpy(to, from, 24); });
  from[23] = 1;  // HERE
  thread.join();
}
