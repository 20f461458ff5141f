/* The last of N owners frees. U is the order of giving a reference back: it must release what was done with it, and acquire before the end. */
#include "../litmus.h"

#ifndef N
#define N 2
#endif

struct shared {
  atomic_int owners;
  int uses[N];
};

static struct shared* shared;

THREAD(body) {
  shared->uses[me] = 1;
  if (atomic_fetch_sub_explicit(&shared->owners, 1, ORDER(U)) == 1) {
    int sum = 0;
    for (int i = 0; i < N; ++i) sum += shared->uses[i];
    free(shared);
    observe(sum);
  }
}

int main(void) {
  shared = calloc(1, sizeof(struct shared));
  store(shared->owners, N, relaxed);
  run_times(N, body);
}
