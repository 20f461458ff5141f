// A thread that may have ended is joined, or not yet.
// expect: pass complete
// outcomes: first=0: *, first=1: *
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <pthread.h>

#include <proberen/explore.h>

static int written;

static void* write_it(void* unused) {
  written = 1;
  return unused;
}

int main(void) {
  pthread_t thread;
  void* result = 0;
  pthread_create(&thread, 0, write_it, &written);
  const int first = pthread_tryjoin_np(thread, &result);
  assert(first == 0 || first == EBUSY);
  if (first == EBUSY) {
    while (pthread_tryjoin_np(thread, &result) == EBUSY) {
    }
  }
  assert(result == &written && written == 1);
  assert(pthread_tryjoin_np(pthread_self(), 0) == EDEADLK);
  proberen_observe("first", first == EBUSY);
}
