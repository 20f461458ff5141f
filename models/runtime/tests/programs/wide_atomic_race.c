// Both halves of a 16-byte location are watched, also where plain accesses have been made to the first one already.
// expect: fail data-race
#include <pthread.h>

static struct {
  _Alignas(16) long first;
  long second;
} pair;

static void* load(void* unused) {
  (void)__atomic_load_n((__int128*)&pair, __ATOMIC_RELAXED);
  return unused;
}

static void* write_second(void* unused) {
  pair.second = 2;  // HERE
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pair.first = 1;
  pthread_create(&threads[0], 0, load, 0);
  pthread_create(&threads[1], 0, write_second, 0);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], 0);
}
