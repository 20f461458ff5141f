/* A counter raised by a load and a store: an update gets lost. */
#include "../litmus.h"

static atomic_int counter;

THREAD(body) { store(counter, load(counter, relaxed) + 1, relaxed); }

int main(void) {
  run_times(2, body);
  observe_last(counter);
}
