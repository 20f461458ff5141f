/* What a thread wrote, and what it returns, is there after the join: no other synchronization is needed. */
#include "../litmus.h"

static int made;

static void* make(void* argument) {
  made = 7;
  return argument;
}

int main(void) {
  pthread_t thread;
  void* returned = NULL;
  if (pthread_create(&thread, NULL, make, &made) != 0) abort();
  pthread_join(thread, &returned);
  const int same = returned == &made;
  observe(made);
  observe(same);
}
