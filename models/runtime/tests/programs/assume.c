// What is assumed away is counted as blocked.
// expect: pass complete
// executions: 2
// blocked: 1
#include <proberen/explore.h>

int main(void) {
  const unsigned which = proberen_choose(3);
  proberen_assume(which != 1);
}
