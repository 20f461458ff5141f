// A sampled search has seen nothing before its first execution is over.
// expect: inconclusive
// options: search=random time_ms=500
#include <stdatomic.h>

static volatile unsigned turns;

int main(void) {
  while (++turns != 0) {
  }
}
