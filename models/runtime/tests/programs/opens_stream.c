// A stream is opened inside an exploration.
// expect: fail unsupported
// message: ^fopen is not modelled
#include <stdio.h>

int main(void) {
  return fopen("/dev/null", "r") == NULL;  // HERE
}
