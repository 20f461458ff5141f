// A robust mutex whose owner ends: the next one is told, and may make it whole again.
// expect: pass complete
// native: 0
#include <assert.h>
#include <errno.h>
#include <pthread.h>

static pthread_mutex_t mutex;

static void* dies(void* unused) {
  pthread_mutex_lock(&mutex);
  return unused;
}

int main(void) {
  pthread_mutexattr_t type;
  pthread_mutexattr_init(&type);
  pthread_mutexattr_setrobust(&type, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&mutex, &type);
  pthread_t thread;
  pthread_create(&thread, 0, dies, 0);
  pthread_join(thread, 0);
  assert(pthread_mutex_lock(&mutex) == EOWNERDEAD);
  assert(pthread_mutex_consistent(&mutex) == 0);
  assert(pthread_mutex_unlock(&mutex) == 0);
  assert(pthread_mutex_lock(&mutex) == 0);
  pthread_mutex_unlock(&mutex);
}
