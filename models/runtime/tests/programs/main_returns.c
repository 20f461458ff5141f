// main returns while a thread runs: the thread runs on.
// expect: fail assertion
#include <assert.h>
#include <pthread.h>

static void* run(void* argument) {
  assert(argument == 0);  // HERE
  return 0;
}

int main(int argc, char** argv) {
  pthread_t thread;
  pthread_create(&thread, 0, run, argc > 0 ? argv : 0);
}
