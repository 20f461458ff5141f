// Plain accesses need no alignment, explored ones neither.
// expect: pass complete
// options: races=explore
// outcomes: seen=0: *, seen=1: *
#include <proberen/explore.h>
#include <pthread.h>

struct __attribute__((packed)) Pair {
  char before;
  int value;
};

static struct Pair pair;

static void* run(void* unused) {
  pair.value = 1;
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, run, 0);
  proberen_observe("seen", pair.value);
  pthread_join(thread, 0);
}
