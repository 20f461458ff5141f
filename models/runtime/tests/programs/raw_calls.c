// Raw system calls that have a function of the C library do what it does here: time is virtual, output is captured, the random numbers are
// the same in every execution.
// expect: pass complete
// executions: 2
// quiet: yes
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_ulong x;

static void* add(void* unused) {
  atomic_fetch_add(&x, 1);
  return unused;
}

int main(void) {
  struct timespec before, after;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &before);
  const struct timespec hours = {7200, 0};
  syscall(SYS_nanosleep, &hours, NULL);
  syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &hours, NULL);
  clock_gettime(CLOCK_MONOTONIC, &after);
  assert(after.tv_sec - before.tv_sec >= 14400 && after.tv_sec - before.tv_sec < 14500);
  unsigned long number = 0;
  assert(syscall(SYS_getrandom, &number, sizeof(number), 0) == sizeof(number));
  atomic_fetch_add(&x, number);
  assert(syscall(SYS_getpid) == getpid() && syscall(SYS_write, 1, "heard\n", 6) == 6);
  unsigned long set = 1UL << (SIGTERM - 1), old = 1;
  assert(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &old, sizeof(set)) == 0 && old == 0);
  char* const memory = (char*)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  atomic_fetch_add(&x, (unsigned long)memory);
  pthread_t thread;
  pthread_create(&thread, NULL, add, NULL);
  atomic_fetch_add(&x, 1);
  pthread_join(thread, NULL);
  syscall(SYS_exit_group, 0);
}
