// What only mapped memory points to is no leak.
// options: leaks=1
// expect: pass complete
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

int main(void) {
  void** const memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memory[100] = malloc(8);
}
