// Functions of the C library that leave results in memory do what they do, in blocks of just their size.
// expect: pass complete
// native: 0
// build: -lm
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void numbers(void) {
  char* const text = strdup("42");
  char** const end = malloc(sizeof(*end));
  assert(strtol(text, end, 10) == 42 && *end == text + 2);
  assert(strtod(text, NULL) == 42.0 && atoi(text) == 42 && atof(text) == 42.0);
  errno = 0;
  assert(strtoul("99999999999999999999999", NULL, 10) == ULONG_MAX && errno == ERANGE);
  free(end);
  free(text);
  int* const exponent = malloc(sizeof(*exponent));
  double* const whole = malloc(sizeof(*whole));
  volatile double three = 3.5;
  assert(frexp(three, exponent) == 0.875 && *exponent == 2);
  assert(modf(three, whole) == 0.5 && *whole == 3.0);
  free(whole);
  free(exponent);
}

static void times(void) {
  time_t* const now = malloc(sizeof(*now));
  struct tm* const date = malloc(sizeof(*date));
  struct timespec* const precise = malloc(sizeof(*precise));
  time(now);
  assert(gmtime_r(now, date) == date && timegm(date) == *now);
  assert(clock_gettime(CLOCK_REALTIME, precise) == 0 && precise->tv_sec >= *now);
  free(precise);
  free(date);
  free(now);
}

static void objects(void) {
  sem_t semaphore;
  int* const value = malloc(sizeof(*value));
  sem_init(&semaphore, 0, 3);
  assert(sem_getvalue(&semaphore, value) == 0 && *value == 3);
  free(value);
  sigset_t* const set = malloc(sizeof(*set));
  sigemptyset(set);
  sigaddset(set, SIGUSR1);
  assert(sigismember(set, SIGUSR1) == 1 && sigismember(set, SIGUSR2) == 0);
  free(set);
  pthread_attr_t* const attributes = malloc(sizeof(*attributes));
  assert(pthread_attr_init(attributes) == 0);
  pthread_attr_destroy(attributes);
  free(attributes);
}

static void texts(void) {
  char* const text = malloc(16);
  struct in_addr* const address = malloc(sizeof(*address));
  assert(inet_pton(AF_INET, "127.0.0.1", address) == 1);
  assert(inet_ntop(AF_INET, address, text, 16) == text && strcmp(text, "127.0.0.1") == 0);
  struct stat* const status = malloc(sizeof(*status));
  assert(stat("/", status) == 0 && S_ISDIR(status->st_mode));
  unsigned* const seed = malloc(sizeof(*seed));
  *seed = 1;
  (void)rand_r(seed);
  free(seed);
  free(status);
  free(address);
  free(text);
}

int main(void) {
  numbers();
  times();
  objects();
  texts();
}
