// A barrier is destroyed while a thread waits for another one to come.
// expect: fail lock-misuse
// message: destruction of what threads wait for: barrier
#include <pthread.h>

static pthread_barrier_t barrier;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int comes;

static void* wait(void* unused) {
  pthread_mutex_lock(&mutex);
  comes = 1;
  pthread_mutex_unlock(&mutex);
  pthread_barrier_wait(&barrier);
  return unused;
}

int main(void) {
  pthread_barrier_init(&barrier, 0, 2);
  pthread_t thread;
  pthread_create(&thread, 0, wait, 0);
  pthread_mutex_lock(&mutex);
  const int came = comes;
  pthread_mutex_unlock(&mutex);
  if (came)
    pthread_barrier_destroy(&barrier);  // HERE
  else
    pthread_barrier_wait(&barrier);
  pthread_join(thread, 0);
}
