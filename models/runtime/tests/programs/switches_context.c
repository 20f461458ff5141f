// The program has stacks of its own.
// expect: fail unsupported
// message: ^swapcontext is not modelled
#include <ucontext.h>

static ucontext_t here, there;
static char stack[65536];

static void run(void) {}

int main(void) {
  getcontext(&there);
  there.uc_stack.ss_sp = stack;
  there.uc_stack.ss_size = sizeof(stack);
  there.uc_link = &here;
  makecontext(&there, run, 0);
  return swapcontext(&here, &there);  // HERE
}
