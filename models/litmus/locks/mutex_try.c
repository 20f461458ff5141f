/* pthread_mutex_trylock: who does not get it does nothing. IGNORE: goes on as if it had got it. */
#include "../counter.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

THREAD(body) {
  const int refused = pthread_mutex_trylock(&mutex);
#ifndef IGNORE
  if (refused) return;
#endif
  counter += 1;
  if (!refused) pthread_mutex_unlock(&mutex);
}

int main(void) {
  run_times(N, body);
  observe(counter);
}
