// A mutex is as good as any other whatever its protocol says of priorities, and whatever its ceiling is.
// expect: pass complete
// executions: 8
#include <assert.h>
#include <pthread.h>

static pthread_mutex_t mutexes[3];
static int counts[3];

static void* count(void* unused) {
  for (int i = 0; i < 3; ++i) {
    assert(pthread_mutex_lock(&mutexes[i]) == 0);
    assert(pthread_mutex_trylock(&mutexes[i]) != 0);
    ++counts[i];
    assert(pthread_mutex_unlock(&mutexes[i]) == 0);
  }
  return unused;
}

int main(void) {
  const int protocols[] = {PTHREAD_PRIO_NONE, PTHREAD_PRIO_INHERIT, PTHREAD_PRIO_PROTECT};
  for (int i = 0; i < 3; ++i) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    assert(pthread_mutexattr_setprotocol(&attributes, protocols[i]) == 0);
    assert(pthread_mutexattr_setprioceiling(&attributes, 2) == 0);
    assert(pthread_mutex_init(&mutexes[i], &attributes) == 0);
    pthread_mutexattr_destroy(&attributes);
  }
  pthread_t thread;
  pthread_create(&thread, 0, count, 0);
  count(0);
  pthread_join(thread, 0);
  for (int i = 0; i < 3; ++i) assert(counts[i] == 2 && pthread_mutex_destroy(&mutexes[i]) == 0);
}
