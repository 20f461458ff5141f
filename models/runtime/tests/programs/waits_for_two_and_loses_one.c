// expect: fail deadlock
// message: wake-up at one of several futexes
// steps: yes
//
// The second word is looked at before the call: its change is missed, and so is the wake-up.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_uint words[2];

static void *change(void *argument) {
  words[1] = 1;
  syscall(SYS_futex, &words[1], FUTEX_WAKE_PRIVATE, 1);
  return argument;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, change, 0);
  const struct futex_waitv waiters[2] = {{0, (uintptr_t)&words[0], FUTEX_32 | FUTEX_PRIVATE_FLAG, 0},
                                         {words[1], (uintptr_t)&words[1], FUTEX_32 | FUTEX_PRIVATE_FLAG, 0}};
  syscall(SYS_futex_waitv, waiters, 2, 0, 0, 0);  // HERE
  pthread_join(thread, 0);
  return 0;
}
