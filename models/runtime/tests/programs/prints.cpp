// What the program prints goes nowhere, however it is printed.
// expect: pass complete
// quiet: yes
#include <unistd.h>

#include <cstdio>
#include <iostream>

int main() {
  std::printf("one\n");
  std::cout << "two " << 2 << ' ' << 2.5 << std::endl;
  std::cerr << "three\n";
  std::fflush(stdout);
  return write(1, "four\n", 5) == 5 ? 0 : 1;
}
