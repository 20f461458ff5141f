// What the C library writes through a pointer is a write: here, the text of an error.
// expect: fail data-race
#include <pthread.h>
#include <string.h>

static char text[64];

static void* overwrite(void* unused) {
  for (unsigned i = 0; i < sizeof(text); ++i) text[i] = 'x';
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, overwrite, 0);
  strerror_r(2, text, sizeof(text));  // HERE
  pthread_join(thread, 0);
}
