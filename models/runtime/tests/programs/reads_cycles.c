// What differs between two runs of one execution is found at once.
// expect: fail nondeterminism
#include <stdatomic.h>

static atomic_ulong now;

int main(void) {
  atomic_store(&now, __builtin_ia32_rdtsc());  // HERE
  return atomic_load(&now) == 0;
}
