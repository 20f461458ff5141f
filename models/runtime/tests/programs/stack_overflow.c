// expect: fail crash
// message: stack overflow
#include <pthread.h>

static int deeper(int depth) {
  volatile char buffer[1000];
  buffer[depth % 1000] = 1;
  return deeper(depth + 1) + buffer[3];
}

static void* run(void* unused) { return deeper(1) != 0 ? unused : 0; }

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, run, 0);
  pthread_join(thread, 0);
}
