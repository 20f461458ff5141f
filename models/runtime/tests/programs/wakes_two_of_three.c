// expect: pass complete
// executions: 24
// Three threads fall asleep in one of 6 orders. Where all of them sleep before two are woken, these are one of 3 pairs; where the third one
// comes later there is one pair: 6 * 3 + 6.
#include <linux/futex.h>
#include <proberen/explore.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned word;

static void *sleeper(void *mine) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, 0);
  return mine;
}

int main(void) {
  pthread_t sleepers[3];
  for (int i = 0; i < 3; ++i) pthread_create(&sleepers[i], 0, sleeper, 0);
  const long first = syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 2);
  const long second = syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 0);  // as 1, says the kernel
  proberen_assume(first == 2 && second == 1);
  for (int i = 0; i < 3; ++i) pthread_join(sleepers[i], 0);
  return 0;
}
