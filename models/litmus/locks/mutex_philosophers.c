/* N philosophers, N forks. CAREFUL: the last one takes its forks in the other order. */
#include "../litmus.h"

#ifndef N
#define N 3
#endif

static pthread_mutex_t forks[N];
static int meals[N];

THREAD(body) {
  int first = me, second = (me + 1) % N;
#ifdef CAREFUL
  if (second < first) first = second, second = me;
#endif
  pthread_mutex_lock(&forks[first]);
  pthread_mutex_lock(&forks[second]);
  meals[me] = 1;
  pthread_mutex_unlock(&forks[second]);
  pthread_mutex_unlock(&forks[first]);
}

int main(void) {
  for (int i = 0; i < N; ++i) pthread_mutex_init(&forks[i], NULL);
  run_times(N, body);
  int eaten = 0;
  for (int i = 0; i < N; ++i) eaten += meals[i];
  observe(eaten);
}
