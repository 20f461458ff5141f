// What a main that returns nothing leaves in its place is no exit status; with what it does wrong the program fails.
// expect: fail assertion
// options: races=explore
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

int x;

static void* writer(void* unused) {
  x = 1;
  return unused;
}

void main() {
  pthread_t thread;
  pthread_create(&thread, 0, writer, 0);
  assert(x == 0);  // HERE
  pthread_join(thread, 0);
  free(malloc(7));
}
