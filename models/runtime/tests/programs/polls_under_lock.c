// expect: pass complete
//
// A turn of the loop that has found nothing leaves nothing behind: it has taken a lock and given it up.
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool done;
static int result;

static void *work(void *argument) {
  pthread_mutex_lock(&mutex);
  result = 42;
  done = true;
  pthread_mutex_unlock(&mutex);
  return argument;
}

int main(void) {
  pthread_t worker;
  pthread_create(&worker, 0, work, 0);
  for (;;) {
    pthread_mutex_lock(&mutex);
    if (done) break;
    pthread_mutex_unlock(&mutex);
    usleep(1000);
  }
  assert(result == 42);
  pthread_mutex_unlock(&mutex);
  pthread_join(worker, 0);
  return 0;
}
