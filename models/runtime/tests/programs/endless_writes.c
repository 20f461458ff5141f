// expect: inconclusive
// options: time_ms=500
//
// A loop that makes no step is ended with the budget.
#include <pthread.h>

static volatile unsigned long turns;

static void *count(void *argument) {
  while (turns + 1 != 0) turns = turns + 1;
  return argument;
}

int main(void) {
  pthread_t counter;
  pthread_create(&counter, 0, count, 0);
  pthread_join(counter, 0);
  return 0;
}
