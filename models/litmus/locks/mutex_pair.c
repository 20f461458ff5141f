/* Two locks taken by two threads; CROSSED: in opposite order, which deadlocks. */
#include "../counter.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void lock(int me) {
#ifdef CROSSED
  pthread_mutex_t* const first = me == 0 ? &a : &b;
  pthread_mutex_t* const second = me == 0 ? &b : &a;
#else
  (void)me;
  pthread_mutex_t *const first = &a, *const second = &b;
#endif
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
}

static void unlock(void) {
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
}

TRY_LOCK_OUT(lock(me), unlock())
