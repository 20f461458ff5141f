// A descriptor is closed inside an exploration: the process has it, not the execution.
// expect: fail unsupported
// message: ^close is not modelled
#include <unistd.h>

int main(void) {
  return close(0);  // HERE
}
