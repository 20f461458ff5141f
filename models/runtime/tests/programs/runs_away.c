// options: events=1000
// expect: fail runaway
#include <stdatomic.h>

int main(void) {
  atomic_int x = 0;
  for (;;) atomic_fetch_add(&x, 1);
}
