// An atomic access whose address is not a multiple of its size.
// expect: fail mixed-size-access
// message: 4 bytes at an address that is not a multiple of 4
#include <stdint.h>

static _Alignas(16) char bytes[16];

int main(void) {
  int* volatile odd = (int*)(bytes + 2);
  __atomic_fetch_add(odd, 1, __ATOMIC_SEQ_CST);  // HERE
}
