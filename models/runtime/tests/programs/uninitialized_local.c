// expect: pass complete
// executions: 6
//
// What main has not initialized on its stack is not what an earlier execution has left there.
#include <pthread.h>
#include <stdatomic.h>

struct state {
  pthread_mutex_t mutex;
  unsigned turns;  // never initialized
  atomic_int seen[8];
};

static void *turn(void *argument) {
  struct state *state = argument;
  pthread_mutex_lock(&state->mutex);
  state->seen[state->turns++ % 8] = 1;
  pthread_mutex_unlock(&state->mutex);
  return 0;
}

int main(void) {
  struct state state;
  pthread_mutex_init(&state.mutex, 0);
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], 0, turn, &state);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
  return 0;
}
