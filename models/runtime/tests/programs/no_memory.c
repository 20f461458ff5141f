// More than there is: malloc says so.
// expect: pass complete
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int main(void) {
  void* volatile block = malloc((size_t)1 << 40);
  assert(block == NULL && errno == ENOMEM);
}
