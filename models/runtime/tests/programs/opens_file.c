// A file is opened inside an exploration.
// expect: fail unsupported
// message: ^open is not modelled
#include <fcntl.h>

int main(void) {
  return open("/dev/null", O_WRONLY) < 0;  // HERE
}
