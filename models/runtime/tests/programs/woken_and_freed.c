// Who waits for a futex may free it as soon as it goes on, though the other side still has to wake it: a wake-up is by the address alone.
// expect: pass complete
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void* release(void* argument) {
  atomic_int* const futex = argument;
  atomic_store(futex, 1);
  syscall(SYS_futex, futex, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
  return NULL;
}

int main(void) {
  atomic_int* const futex = malloc(sizeof(*futex));
  atomic_init(futex, 0);
  pthread_t thread;
  pthread_create(&thread, NULL, release, futex);
  while (!atomic_load(futex)) syscall(SYS_futex, futex, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
  free(futex);
  pthread_join(thread, NULL);
}
