// expect: fail unsupported
// message: reading of standard input is not modelled
#include <stdio.h>

int main(void) {
  return getchar() == 'a';  // HERE
}
