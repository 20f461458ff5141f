// A worker that is neither joined nor detached waits for ever when main has returned: it is told which of the two it is.
// expect: fail deadlock
// message: thread 1 waits for .* for ever, though main has ended
#include <pthread.h>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t work = PTHREAD_COND_INITIALIZER;

static void* worker(void* unused) {
  pthread_mutex_lock(&mutex);
  for (;;) pthread_cond_wait(&work, &mutex);  // HERE
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, worker, 0);
  return 0;
}
