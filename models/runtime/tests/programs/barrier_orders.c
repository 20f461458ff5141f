// expect: pass complete
// executions: 1
// blocked: 0
//
// Four threads, three rounds of a barrier, and nothing else between them: in which order they arrive is no difference.
#include <assert.h>
#include <pthread.h>

enum { kThreads = 4, kRounds = 3 };
static pthread_barrier_t barrier;
static int written[kRounds][kThreads];

static void *walk(void *argument) {
  const int me = (int)(long)argument;
  for (int round = 0; round < kRounds; ++round) {
    written[round][me] = 1;
    pthread_barrier_wait(&barrier);
    for (int other = 0; other < kThreads; ++other) assert(written[round][other] == 1);
  }
  return 0;
}

int main(void) {
  pthread_t threads[kThreads];
  pthread_barrier_init(&barrier, 0, kThreads);
  for (long i = 0; i < kThreads; ++i) pthread_create(&threads[i], 0, walk, (void *)i);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], 0);
  pthread_barrier_destroy(&barrier);
  return 0;
}
