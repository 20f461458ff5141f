// A handler of the program's own does not hide that it has crashed.
// expect: fail crash
// message: segmentation fault at address 0x8; the program's own handler of it is not run
#include <signal.h>
#include <stdlib.h>

static void leave(int signal) { _Exit(signal == SIGSEGV ? 0 : 1); }

int main(void) {
  signal(SIGSEGV, leave);
  *(volatile int*)8 = 1;  // HERE
}
