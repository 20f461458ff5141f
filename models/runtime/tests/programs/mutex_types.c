// Recursive and error-checking mutexes say no where others would block.
// expect: pass complete
// native: 0
#include <assert.h>
#include <errno.h>
#include <pthread.h>

static pthread_mutex_t recursive, checking;

static void* stranger(void* unused) {
  assert(pthread_mutex_trylock(&recursive) == EBUSY);
  assert(pthread_mutex_unlock(&checking) == EPERM);
  return unused;
}

int main(void) {
  pthread_mutexattr_t type;
  pthread_mutexattr_init(&type);
  pthread_mutexattr_settype(&type, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&recursive, &type);
  pthread_mutexattr_settype(&type, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&checking, &type);
  assert(pthread_mutex_lock(&recursive) == 0 && pthread_mutex_lock(&recursive) == 0);
  assert(pthread_mutex_lock(&checking) == 0 && pthread_mutex_lock(&checking) == EDEADLK);
  pthread_mutex_unlock(&recursive);
  pthread_t thread;
  pthread_create(&thread, 0, stranger, 0);
  pthread_join(thread, 0);
  pthread_mutex_unlock(&recursive);
  assert(pthread_mutex_trylock(&recursive) == 0);
  assert(pthread_mutex_unlock(&recursive) == 0 && pthread_mutex_unlock(&recursive) == EPERM);
  pthread_mutex_unlock(&checking);
  pthread_mutex_destroy(&checking);
}
