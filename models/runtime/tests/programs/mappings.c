// Memory from mmap() is at the same addresses in every execution, and zero.
// expect: pass complete
// executions: 6
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static _Atomic(uintptr_t) last;

static void* map(void* unused) {
  char* const memory = mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert(memory != MAP_FAILED && memory[0] == 0 && memory[9999] == 0);
  memory[0] = memory[9999] = 1;
  atomic_exchange(&last, (uintptr_t)memory);
  char* const more = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert(more != MAP_FAILED && more != memory && more[5] == 0);
  more[5] = 1;
  assert(munmap(memory, 10000) == 0);
  return unused;
}

int main(void) {
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, map, NULL);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
}
