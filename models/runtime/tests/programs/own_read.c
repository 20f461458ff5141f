// What a program has under the names of functions of POSIX, which the C library does not keep for itself, is not what the runtime calls.
// expect: pass complete
// executions: 2
// native: 0
#include <pthread.h>

int balance;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int read(void) { return balance; }
void write(int value) { balance = value; }
void* link(void* unused) {
  pthread_mutex_lock(&mutex);
  write(read() + 1);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, link, 0);
  link(0);
  pthread_join(thread, 0);
  return read() - 2;
}
