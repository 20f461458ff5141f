// expect: fail crash
// message: no allocation has returned
#include <stdlib.h>

char bytes[64];

int main(void) {
  void* volatile pointer = bytes + 16;
  pointer = realloc(pointer, 128);  // HERE
}
