// A condition is destroyed while a thread waits for it that nobody has woken.
// expect: fail lock-misuse
// message: destruction of what threads wait for: condition
#include <pthread.h>

static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int waiting, gone;

static void* wait(void* unused) {
  pthread_mutex_lock(&mutex);
  waiting = 1;
  if (!gone) pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, wait, 0);
  pthread_mutex_lock(&mutex);
  if (waiting) pthread_cond_destroy(&condition);  // HERE
  gone = 1;
  pthread_mutex_unlock(&mutex);
}
