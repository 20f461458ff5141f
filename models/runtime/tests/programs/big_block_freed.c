// expect: fail use-after-free
//
// One thread frees a big block of which the other one uses a byte in the middle: before or after, it is wrong.
#include <pthread.h>
#include <stdlib.h>

enum { kSize = 1 << 20 };

static void* user(void* block) {
  ((char*)block)[kSize / 2 + 3] = 1;  // HERE
  return 0;
}

int main(void) {
  char* const block = malloc(kSize);
  pthread_t thread;
  pthread_create(&thread, 0, user, block);
  free(block);
  pthread_join(thread, 0);
  return 0;
}
