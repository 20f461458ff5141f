// Detached threads wait for each other, and main has ended by pthread_exit: the process would never end.
// expect: fail deadlock
// message: for ever
#include <pthread.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;

static void* forth(void* unused) {
  pthread_mutex_lock(&first);
  pthread_mutex_lock(&second);  // HERE
  pthread_mutex_unlock(&second);
  pthread_mutex_unlock(&first);
  return unused;
}

static void* back(void* unused) {
  pthread_mutex_lock(&second);
  pthread_mutex_lock(&first);
  pthread_mutex_unlock(&first);
  pthread_mutex_unlock(&second);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, forth, 0);
  pthread_detach(thread);
  pthread_create(&thread, 0, back, 0);
  pthread_detach(thread);
  pthread_exit(0);
}
