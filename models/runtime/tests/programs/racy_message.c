// expect: pass complete
// options: races=explore
// outcomes: data=3 flag=0: 1, data=3 flag=5: 1, data=9 flag=0: 1, data=9 flag=5: 1
//
// A message passed with plain variables, neither of them zero before: it may be read without the flag, and the flag without it.
#include <proberen/explore.h>
#include <pthread.h>

static int data = 3, flag;
static struct { int flag, data; } seen;

static void* sender(void* unused) {
  data = 9;
  flag = 5;
  return unused;
}

static void* receiver(void* unused) {
  seen.flag = flag;
  seen.data = data;
  return unused;
}

int main(void) {
  pthread_t one, other;
  pthread_create(&one, 0, sender, 0);
  pthread_create(&other, 0, receiver, 0);
  pthread_join(one, 0);
  pthread_join(other, 0);
  proberen_observe("flag", seen.flag);
  proberen_observe("data", seen.data);
  return 0;
}
