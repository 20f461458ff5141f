/* Each thread has its own value of a key and its own copy of a thread-local variable; the key's destructor runs at its end. */
#include "../litmus.h"

static pthread_key_t key;
static _Thread_local int own;
static atomic_int ended;
static int values[2];

static void end_of(void* value) { add(ended, *(int*)value, relaxed); }

THREAD(body) {
  values[me] = me + 1;
  own += me + 1;
  pthread_setspecific(key, &values[me]);
  proberen_assert(own == me + 1);
  proberen_assert(pthread_getspecific(key) == &values[me]);
}

int main(void) {
  pthread_key_create(&key, end_of);
  run_times(2, body);
  observe_last(ended);
}
