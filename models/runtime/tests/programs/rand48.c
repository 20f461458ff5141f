// The numbers of drand48() and its relatives are the same in every execution, and each thread's its own.
// expect: pass complete
// executions: 2
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_long x;

static void* exchange(void* unused) {
  atomic_exchange(&x, lrand48());
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, exchange, NULL);
  atomic_exchange(&x, mrand48());
  pthread_join(thread, NULL);
  srand48(7);
  const double first = drand48();
  const long second = lrand48();
  assert(first >= 0 && first < 1 && second >= 0);
  srand48(7);
  assert(drand48() == first && lrand48() == second);
}
