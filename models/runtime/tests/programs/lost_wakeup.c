// A condition is signalled before the other thread waits, and nothing is looked at.
// expect: fail deadlock
// message: wait for condition changed
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void* signaller(void* unused) {
  pthread_cond_signal(&changed);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, signaller, 0);
  pthread_mutex_lock(&mutex);
  pthread_cond_wait(&changed, &mutex);  // HERE
  pthread_mutex_unlock(&mutex);
  pthread_join(thread, 0);
}
