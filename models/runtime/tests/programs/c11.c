// <threads.h>.
// expect: pass complete
// native: 0
#include <assert.h>
#include <stdatomic.h>
#include <threads.h>

static mtx_t mutex;
static cnd_t changed;
static int ready, destroyed;
static atomic_int initialized;
static once_flag once = ONCE_FLAG_INIT;
static tss_t key;

static void initialize(void) { atomic_fetch_add(&initialized, 1); }
static void destroy(void* value) { destroyed += value != 0; }

static int run(void* unused) {
  call_once(&once, initialize);
  tss_set(key, &ready);
  mtx_lock(&mutex);
  ready = 1;
  cnd_signal(&changed);
  mtx_unlock(&mutex);
  thrd_exit(unused == 0 ? 5 : 6);
}

int main(void) {
  mtx_init(&mutex, mtx_plain);
  cnd_init(&changed);
  tss_create(&key, destroy);
  thrd_t thread;
  thrd_create(&thread, run, 0);
  call_once(&once, initialize);
  mtx_lock(&mutex);
  while (!ready) cnd_wait(&changed, &mutex);
  mtx_unlock(&mutex);
  int result = 0;
  thrd_join(thread, &result);
  assert(result == 5 && initialized == 1 && destroyed == 1);
  assert(mtx_trylock(&mutex) == thrd_success);
  mtx_unlock(&mutex);
  mtx_destroy(&mutex);
  cnd_destroy(&changed);
}
