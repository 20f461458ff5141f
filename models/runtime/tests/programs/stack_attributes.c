// A thread is told of the stack that it runs on; the default size, asked for, is none that is too large.
// expect: pass complete
// native: 0
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>

static void look(void) {
  pthread_attr_t attributes;
  void* low = 0;
  size_t size = 0;
  char here;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0 || pthread_attr_getstack(&attributes, &low, &size) != 0) abort();
  pthread_attr_destroy(&attributes);
  if (&here < (char*)low || &here >= (char*)low + size) abort();
}

static void* run(void* unused) {
  look();
  return unused;
}

int main(void) {
  look();
  pthread_attr_t attributes;
  size_t size = 0;
  pthread_attr_init(&attributes);
  pthread_attr_getstacksize(&attributes, &size);
  pthread_attr_setstacksize(&attributes, size);
  pthread_t thread;
  pthread_create(&thread, &attributes, run, 0);
  pthread_join(thread, 0);
}
