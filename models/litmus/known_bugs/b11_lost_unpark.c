/* A parker for one thread (after JDK CR 6822370). Who finds a permit takes it by a plain store and goes to look at its condition: without a fence between the
 * two, the look may come first, and the store may undo a permit that was given in between. FIXED: the fence. */
#include "../litmus.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t given = PTHREAD_COND_INITIALIZER;
static atomic_int permit = 1; /* left over from an earlier unpark */
static atomic_int condition;

static void park(void) {
  if (load(permit, relaxed) > 0) {
    store(permit, 0, relaxed);
#ifdef FIXED
    atomic_thread_fence(memory_order_seq_cst);
#endif
    return;
  }
  pthread_mutex_lock(&mutex);
  while (load(permit, relaxed) == 0) pthread_cond_wait(&given, &mutex);
  store(permit, 0, relaxed);
  pthread_mutex_unlock(&mutex);
}

static void unpark(void) {
  pthread_mutex_lock(&mutex);
  const int before = load(permit, relaxed);
  store(permit, 1, relaxed);
  pthread_mutex_unlock(&mutex);
  if (before == 0) pthread_cond_signal(&given);
}

THREAD(waiter) {
  while (load(condition, relaxed) == 0) park();
}

THREAD(waker) {
  store(condition, 1, relaxed);
  atomic_thread_fence(memory_order_seq_cst);
  unpark();
}

int main(void) { run(waiter, waker); }
