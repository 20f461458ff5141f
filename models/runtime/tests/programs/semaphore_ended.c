// A semaphore may be destroyed once who waited for it has come back.
// expect: pass complete
// executions: 1
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

static sem_t semaphore;

static void* post(void* unused) {
  sem_post(&semaphore);
  return unused;
}

int main(void) {
  sem_init(&semaphore, 0, 0);
  pthread_t thread;
  pthread_create(&thread, NULL, post, NULL);
  sem_wait(&semaphore);
  pthread_join(thread, NULL);
  sem_destroy(&semaphore);
}
