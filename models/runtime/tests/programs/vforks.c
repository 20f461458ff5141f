// A process is made by vfork().
// expect: fail unsupported
// message: ^vfork is not modelled
#include <unistd.h>

int main(void) {
  const pid_t child = vfork();  // HERE
  if (child == 0) _exit(0);
  return child < 0;
}
