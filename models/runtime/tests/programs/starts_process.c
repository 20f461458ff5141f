// A process is started with a stream to it.
// expect: fail unsupported
// message: ^popen is not modelled
#include <stdio.h>

int main(void) {
  return popen("true", "r") == NULL;  // HERE
}
