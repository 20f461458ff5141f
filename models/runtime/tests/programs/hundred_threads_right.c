// hundred_threads.c, where who looks knows that the first store comes before the second. There are as many threads as there may be, and
// what each has written happens before what main reads once it has joined it.
// expect: pass complete
// executions: 2
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

enum { kThreads = 126, kRare = 83 };
static atomic_int begun, ended;
static int written[kThreads];

static void* run(void* argument) {
  int* const mine = argument;
  *mine = 1;
  if (mine == &written[kRare]) {
    begun = 1;
    ended = 1;
  }
  return 0;
}

static void* look(void* unused) {
  if (ended) assert(begun);
  return unused;
}

int main(void) {
  pthread_t looker, threads[kThreads];
  pthread_create(&looker, 0, look, 0);
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], 0, run, &written[i]);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], 0);
  pthread_join(looker, 0);
  for (int i = 0; i < kThreads; ++i) assert(written[i] == 1);
}
