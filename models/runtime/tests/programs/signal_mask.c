// Each thread has its own mask of signals, which it has from the one that made it; every execution starts with the one of the beginning.
// expect: pass complete
// executions: 2
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int x;

static int blocked(int signal) {
  sigset_t now;
  pthread_sigmask(SIG_BLOCK, NULL, &now);
  return sigismember(&now, signal);
}

static void block(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  sigprocmask(SIG_BLOCK, &set, NULL);
}

static void* add(void* unused) {
  assert(blocked(SIGUSR1) && !blocked(SIGUSR2) && !blocked(SIGTERM));
  block(SIGUSR2);
  atomic_fetch_add(&x, 1);
  return unused;
}

int main(void) {
  assert(!blocked(SIGUSR1) && !blocked(SIGUSR2));
  block(SIGUSR1);
  pthread_t thread;
  pthread_create(&thread, NULL, add, NULL);
  block(SIGTERM);
  atomic_fetch_add(&x, 1);
  pthread_join(thread, NULL);
  assert(blocked(SIGTERM) && !blocked(SIGUSR2));
}
