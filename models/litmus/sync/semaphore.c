/* sem_t as a lock; TOKENS=2 lets two in at once. */
#include <semaphore.h>

#include "../counter.h"

#ifndef TOKENS
#define TOKENS 1
#endif

static sem_t semaphore;

THREAD(body) {
  sem_wait(&semaphore);
  counter += 1;
  last_owner = me + 1;
  sem_post(&semaphore);
}

int main(void) {
  sem_init(&semaphore, 0, TOKENS);
  run_times(N, body);
  observe(counter);
  observe(last_owner);
}
