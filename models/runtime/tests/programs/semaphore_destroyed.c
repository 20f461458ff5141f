// A semaphore is destroyed while a thread waits for it.
// expect: fail lock-misuse
// message: destruction of what threads wait for: semaphore
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

static sem_t semaphore;

static void* destroy(void* unused) {
  sem_destroy(&semaphore);  // HERE
  return unused;
}

int main(void) {
  sem_init(&semaphore, 0, 0);
  pthread_t thread;
  pthread_create(&thread, NULL, destroy, NULL);
  sem_wait(&semaphore);
}
