// Whatever prints to standard output or error is captured, without a stream, too.
// expect: pass complete
// quiet: yes
#include <stdio.h>
#include <unistd.h>
#include <iostream>

int main() {
  dprintf(1, "%d ", 1);
  dprintf(2, "%d ", 2);
  static_cast<void>(!write(1, "3 ", 2));
  printf("%d ", 4);
  fputs("5 ", stderr);
  putchar('6');
  putc('7', stdout);
  std::cout << 8 << std::endl;
  std::cerr << 9 << std::endl;
  std::wcerr << 10 << std::endl;
  fflush(stdout);
  fflush(nullptr);
  std::ios_base::sync_with_stdio(false);
  std::cout << 11 << std::endl;
}
