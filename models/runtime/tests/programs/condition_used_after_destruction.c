// A destroyed condition is notified.
// expect: fail lock-misuse
// message: notification of what has been destroyed: condition
#include <pthread.h>

static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

int main(void) {
  pthread_cond_destroy(&condition);
  pthread_cond_signal(&condition);  // HERE
}
