// A stack that is larger than those of an exploration is told where it is asked for.
// expect: fail unsupported
// message: pthread_create with a stack of more than 8 MiB
// native: 0
#include <pthread.h>

static void* run(void* unused) {
  volatile char bytes[24 << 20];
  bytes[0] = 1;
  return unused;
}

int main(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 32 << 20);
  pthread_t thread;
  pthread_create(&thread, &attributes, run, 0);  // HERE
  pthread_join(thread, 0);
}
