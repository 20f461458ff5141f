// A signal that a thread sends itself runs the handler there and then; every execution starts without handlers.
// expect: pass complete
// executions: 2
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static atomic_int x;
static volatile sig_atomic_t got;

static void on_signal(int signal) {
  sigset_t now;
  sigprocmask(SIG_BLOCK, NULL, &now);
  assert(sigismember(&now, signal));
  got = signal;
}

static void* add(void* unused) {
  atomic_fetch_add(&x, 1);
  return unused;
}

int main(void) {
  struct sigaction before;
  sigaction(SIGTERM, NULL, &before);
  assert(before.sa_handler == SIG_DFL);
  assert(signal(SIGINT, SIG_IGN) == SIG_DFL);
  raise(SIGINT);
  struct sigaction action = {0};
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGSEGV, &action, NULL);
  raise(SIGTERM);
  assert(got == SIGTERM);
  got = 0;
  kill(getpid(), SIGTERM);
  assert(got == SIGTERM && signal(SIGTERM, SIG_DFL) == on_signal);
  pthread_t thread;
  pthread_create(&thread, NULL, add, NULL);
  atomic_fetch_add(&x, 1);
  pthread_join(thread, NULL);
}
