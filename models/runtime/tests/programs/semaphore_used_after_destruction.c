// A destroyed semaphore is posted.
// expect: fail lock-misuse
// message: post of what has been destroyed: semaphore
#include <semaphore.h>

static sem_t semaphore;

int main(void) {
  sem_init(&semaphore, 0, 1);
  sem_destroy(&semaphore);
  sem_post(&semaphore);  // HERE
}
