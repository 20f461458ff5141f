// The memory of an atomic on the stack is used again, for one of another size.
// expect: pass complete
#include <pthread.h>
#include <stdatomic.h>

static void* add4(void* location) {
  atomic_fetch_add((atomic_int*)location, 1);
  return 0;
}

static void* add8(void* location) {
  atomic_fetch_add((atomic_long*)location, 1);
  return 0;
}

__attribute__((noinline)) static int narrow(void) {
  atomic_int x = 0;
  pthread_t thread;
  pthread_create(&thread, 0, add4, &x);
  pthread_join(thread, 0);
  return atomic_load(&x) == 1;
}

__attribute__((noinline)) static int wide(void) {
  atomic_long x = 0;
  pthread_t thread;
  pthread_create(&thread, 0, add8, &x);
  pthread_join(thread, 0);
  return atomic_load(&x) == 1;
}

int main(void) { return narrow() && wide() && narrow() ? 0 : 1; }
