// expect: fail data-race
//
// Three threads share a futex. The one that wakes has not told the waiter, who does not sleep since a third one has changed the word. Threads
// are created in the order in which this was missed once: what a wait finds in its word may change whether it sleeps.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_uint word;
int data;

static void *wakes(void *argument) {
  data = 1;
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1);
  return argument;
}

static void *waits(void *argument) {
  static const struct timespec second = {1, 0};
  if (syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &second) == -1 && errno == EAGAIN) data = 2;
  return argument;
}

static void *changes(void *argument) {
  word = 1;
  return argument;
}

int main(void) {
  void *(*const bodies[])(void *) = {wakes, waits, changes};
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], 0, bodies[i], 0);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
  return 0;
}
