// An outcome that is not among those declared is a failure, with the execution that shows it.
// expect: fail outcome
// message: r=0
// steps: yes
#include <pthread.h>
#include <stdatomic.h>

#include <proberen/explore.h>

static atomic_int x;

static void* writer(void* unused) {
  atomic_store(&x, 1);
  return unused;
}

int main(void) {
  proberen_acceptable("r=1");
  pthread_t thread;
  pthread_create(&thread, 0, writer, 0);
  proberen_observe("r", atomic_load(&x));
  pthread_join(thread, 0);
}
