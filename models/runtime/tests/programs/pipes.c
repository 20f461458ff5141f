// expect: fail unsupported
// message: pipe is not modelled
#include <unistd.h>

int main(void) {
  int ends[2];
  return pipe(ends);  // HERE
}
