// A pointer to a variable of a thread that has ended points to nothing.
// expect: fail use-after-free
// message: write of 4 bytes on the stack of thread 1, which has ended
#include <pthread.h>
#include <stdatomic.h>

_Atomic(int*) shown;

static void* owner(void* unused) {
  int mine = 0;
  shown = &mine;
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, owner, 0);
  pthread_join(thread, 0);
  int* const left = shown;
  *left = 42;  // HERE
  return 0;
}
