// A thread spins on atomics of its own stack. Others write them at other moments in other executions, which makes no other loop of it.
// expect: pass complete
// executions: 6
#include <pthread.h>
#include <stdatomic.h>

typedef struct {
  atomic_long reader, writer;
} Ring;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* write_two(void* argument) {
  Ring* ring = argument;
  for (int i = 0; i < 2; ++i) {
    pthread_mutex_lock(&mutex);
    while ((ring->writer + 1) % 2 == ring->reader) {
    }
    ring->writer = (ring->writer + 1) % 2;
    pthread_mutex_unlock(&mutex);
  }
  return 0;
}

static void* read_four(void* argument) {
  Ring* ring = argument;
  for (int i = 0; i < 4;) {
    if (ring->reader == ring->writer) continue;
    ring->reader = (ring->reader + 1) % 2;
    ++i;
  }
  return 0;
}

int main(void) {
  Ring ring = {0, 0};
  pthread_t reader, writer;
  pthread_create(&reader, 0, read_four, &ring);
  pthread_create(&writer, 0, write_two, &ring);
  write_two(&ring);
  pthread_join(reader, 0);
  pthread_join(writer, 0);
}
