// A signal that ends the process.
// expect: fail crash
// message: SIGTERM
#include <signal.h>

int main(void) {
  raise(SIGTERM);  // HERE
}
