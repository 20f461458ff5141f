// pthread_exit unwinds: clean-up handlers run; in main it ends main alone.
// expect: pass complete
// native: 0
#include <assert.h>
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int cleaned;

static void clean(void* unused) {
  (void)unused;
  ++cleaned;
  pthread_mutex_unlock(&mutex);
}

static void* run(void* argument) {
  pthread_mutex_lock(&mutex);
  pthread_cleanup_push(clean, 0);
  pthread_exit(argument);
  pthread_cleanup_pop(0);
  return 0;
}

int main(void) {
  pthread_t thread;
  void* result = 0;
  pthread_create(&thread, 0, run, &result);
  pthread_join(thread, &result);
  assert(result == &result && cleaned == 1);
  pthread_mutex_lock(&mutex);
  pthread_exit(0);
}
