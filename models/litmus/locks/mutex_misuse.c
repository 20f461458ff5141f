/* Misuse of a mutex: unlocked by a thread that does not hold it. */
#include "../litmus.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

THREAD(owner) { pthread_mutex_lock(&mutex); }
THREAD(stranger) { pthread_mutex_unlock(&mutex); }

int main(void) { run(owner, stranger); }
