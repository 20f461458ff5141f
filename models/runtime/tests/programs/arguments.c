// A program may overwrite its arguments and its environment's names are there.
// expect: pass complete
// executions: 2
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_int x;

static void* add(void* unused) {
  atomic_fetch_add(&x, 1);
  return unused;
}

int main(int argc, char** argv) {
  assert(argc == 1 && strstr(argv[0], "arguments") != 0 && getenv("PATH") != 0);
  argv[0][0] = '!';
  argv[0] = 0;
  pthread_t thread;
  pthread_create(&thread, 0, add, 0);
  add(0);
  pthread_join(thread, 0);
}
