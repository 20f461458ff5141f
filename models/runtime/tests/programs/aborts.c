// abort(), and what was printed before.
// expect: fail assertion
// message: abort
// detail: stdout: said 3
// detail: stderr: and complained
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  printf("said %d\n", 3);
  fprintf(stderr, "and complained\n");
  abort();  // HERE
}
