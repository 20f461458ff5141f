/* Double-checked making: a look without the lock, and another one with it. R and W are the orders of the pointer. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(int*) made;
static int storage;
static int times, sums[N];

THREAD(body) {
  int* mine = load(made, R);
  if (mine == NULL) {
    pthread_mutex_lock(&mutex);
    mine = load(made, relaxed);
    if (mine == NULL) {
      storage = 7;
      times += 1;
      mine = &storage;
      store(made, mine, W);
    }
    pthread_mutex_unlock(&mutex);
  }
  sums[me] = *mine;
}

int main(void) {
  run_times(N, body);
  int sum = 0;
  for (int i = 0; i < N; ++i) sum += sums[i];
  observe(times);
  observe(sum);
}
