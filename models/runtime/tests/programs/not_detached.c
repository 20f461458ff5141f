// A thread that nobody has detached is expected to end, also where main does not wait for it.
// expect: fail deadlock
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void* run(void* argument) {
  pthread_mutex_lock(&mutex);
  pthread_cond_wait(&condition, &mutex);  // HERE
  pthread_mutex_unlock(&mutex);
  return argument;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, run, 0);
}
