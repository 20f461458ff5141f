// Every execution starts from the environment that the program was given, whatever an earlier one has made of it.
// expect: pass complete
// executions: 2
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_int x;
static char entry[] = "PROBEREN_TEST_B=2";

static void* add(void* unused) {
  atomic_fetch_add(&x, 1);
  return unused;
}

int main(void) {
  assert(getenv("PROBEREN_TEST_A") == NULL && getenv("PROBEREN_TEST_B") == NULL && getenv("PATH") != NULL && getenv("PROBEREN_EXPLORE") != NULL);
  setenv("PROBEREN_TEST_A", "1", 1);
  putenv(entry);
  unsetenv("PATH");
  getenv("PROBEREN_EXPLORE")[0] = '?';
  assert(strcmp(getenv("PROBEREN_TEST_A"), "1") == 0 && getenv("PATH") == NULL);
  pthread_t thread;
  pthread_create(&thread, NULL, add, NULL);
  atomic_fetch_add(&x, 1);
  pthread_join(thread, NULL);
  clearenv();
}
