// expect: fail crash
// message: segmentation fault
#include <stddef.h>
#include <sys/mman.h>

int main(void) {
  volatile char* const memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap((void*)memory, 4096);
  *memory = 1;  // HERE
}
