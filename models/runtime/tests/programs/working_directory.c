// expect: pass complete
// executions: 2
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_int x;

static void* add(void* unused) {
  atomic_fetch_add(&x, 1);
  return unused;
}

int main(void) {
  char where[4096];
  assert(getcwd(where, sizeof(where)) != NULL && strcmp(where, "/proc") != 0);
  assert(chdir("/proc") == 0);
  assert(umask(0712) != 0712);
  pthread_t thread;
  pthread_create(&thread, NULL, add, NULL);
  atomic_fetch_add(&x, 1);
  pthread_join(thread, NULL);
}
