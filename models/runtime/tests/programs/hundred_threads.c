// One of a hundred threads makes two stores, between which another one looks after all of them have run: the failure is told with their
// steps.
// expect: fail assertion
// steps: yes
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

enum { kThreads = 100, kRare = 83 };
static atomic_int begun, ended;
static atomic_int written[kThreads];

static void* run(void* argument) {
  atomic_int* const mine = argument;
  *mine = 1;
  if (mine == &written[kRare]) {
    begun = 1;
    ended = 1;
  }
  return 0;
}

static void* look(void* unused) {
  const int saw_begin = begun, saw_end = ended;
  assert(saw_begin == saw_end);  // HERE
  return unused;
}

int main(void) {
  pthread_t looker, threads[kThreads];
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], 0, run, &written[i]);
  pthread_create(&looker, 0, look, 0);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], 0);
  pthread_join(looker, 0);
}
