// expect: fail outcome
// message: ends with exit status 255
#include <pthread.h>
#include <stdlib.h>

static void* run(void* argument) {
  if (argument == 0) exit(-1);  // HERE
  return argument;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, run, 0);
  pthread_join(thread, 0);
}
