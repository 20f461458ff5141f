/* Two semaphores that pass a turn to and fro. LOST: the second one forgets to pass it back. */
#include <semaphore.h>

#include "../litmus.h"

static sem_t ping, pong;
static int ball;

THREAD(first) {
  for (int i = 0; i < 2; ++i) {
    sem_wait(&ping);
    ball += 1;
    sem_post(&pong);
  }
}

THREAD(second) {
  for (int i = 0; i < 2; ++i) {
    sem_wait(&pong);
    ball += 10;
#ifdef LOST
    if (i == 1)
#endif
      sem_post(&ping);
  }
}

int main(void) {
  sem_init(&ping, 0, 1);
  sem_init(&pong, 0, 0);
  run(first, second);
  observe(ball);
}
