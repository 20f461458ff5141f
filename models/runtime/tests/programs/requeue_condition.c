// expect: pass complete
// executions: 61
// native: 0
// A condition variable whose signal wakes nobody but has the waiter wait for the mutex instead, which the signalling thread holds. It must
// say so in the mutex.
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MARKS
#define MARKS 1
#endif

static atomic_int mutex;      // 0 free, 1 held, 2 held and perhaps waited for
static atomic_int condition;  // counts signals
static int ready;

static long futex(atomic_int *word, int operation, int value, long value2, atomic_int *word2, int value3) {
  return syscall(SYS_futex, word, operation, value, value2, word2, value3);
}
static void lock_waited_for(void) {
  while (atomic_exchange(&mutex, 2) != 0) futex(&mutex, FUTEX_WAIT_PRIVATE, 2, 0, 0, 0);
}
static void lock(void) {
  int value = 0;
  if (!atomic_compare_exchange_strong(&mutex, &value, 1)) lock_waited_for();
}
static void unlock(void) {
  if (atomic_exchange(&mutex, 0) == 2) futex(&mutex, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
}

static void *waiter(void *mine) {
  lock();
  while (!ready) {
    const int seen = atomic_load(&condition);
    unlock();
    futex(&condition, FUTEX_WAIT_PRIVATE, seen, 0, 0, 0);
    lock_waited_for();
  }
  unlock();
  return mine;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, waiter, 0);
  lock();
  ready = 1;
  const int next = atomic_fetch_add(&condition, 1) + 1;
  const long moved = futex(&condition, FUTEX_CMP_REQUEUE_PRIVATE, 0, 1, &mutex, next);
  if (MARKS && moved == 1) atomic_store(&mutex, 2);
  unlock();
  pthread_join(thread, 0);
  return 0;
}
