// pthread_setspecific: a value for each thread, and its destructor when the thread ends.
// expect: pass complete
// native: 0
#include <assert.h>
#include <pthread.h>

static pthread_key_t key;
static int destroyed;

static void destroy(void* value) { destroyed += *(int*)value; }

static void* use(void* value) {
  assert(pthread_getspecific(key) == 0);
  pthread_setspecific(key, value);
  assert(pthread_getspecific(key) == value);
  return 0;
}

int main(void) {
  assert(pthread_key_create(&key, destroy) == 0);
  int three = 3;
  pthread_t thread;
  pthread_create(&thread, 0, use, &three);
  pthread_join(thread, 0);
  assert(destroyed == 3 && pthread_getspecific(key) == 0);
  pthread_key_delete(key);
}
