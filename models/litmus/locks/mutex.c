/* pthread_mutex_t: every order of its owners, n! executions. */
#include "../counter.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

TRY_LOCK_OUT(pthread_mutex_lock(&mutex), pthread_mutex_unlock(&mutex))
