// A copy of three words that races is three writes, which other threads see one by one: each word is read as it was or as it is.
// expect: pass complete
// executions: 8
// outcomes: seen=0: 1, seen=1: 1, seen=2: 1, seen=3: 1, seen=4: 1, seen=5: 1, seen=6: 1, seen=7: 1
// options: races=explore
#include <proberen/explore.h>
#include <pthread.h>
#include <string.h>

static long source[3] = {1, 2, 4}, target[3];

static void* copy(void* unused) {
  memcpy(target, source, sizeof(target));
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, copy, 0);
  long seen[3];
  memcpy(seen, target, sizeof(seen));
  pthread_join(thread, 0);
  proberen_observe("seen", seen[0] | seen[1] | seen[2]);
}
