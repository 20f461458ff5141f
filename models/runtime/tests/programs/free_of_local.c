// expect: fail crash
// message: no allocation has returned
#include <stdlib.h>

int main(void) {
  int local = 0;
  void* volatile pointer = &local;
  free(pointer);  // HERE
}
