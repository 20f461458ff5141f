// A mutex is locked whose memory was freed.
// expect: fail use-after-free
// message: write of 4 bytes 0 bytes into a block of 40 bytes that thread 0 has freed
#include <pthread.h>
#include <stdlib.h>

int main(void) {
  pthread_mutex_t* mutex = malloc(sizeof(*mutex));
  pthread_mutex_init(mutex, 0);
  free(mutex);
  pthread_mutex_lock(mutex);  // HERE
}
