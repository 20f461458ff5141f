// A string that has no end in its block.
// expect: fail out-of-bounds
// message: 0 bytes past the end of a block of 4 bytes
#include <stdlib.h>
#include <string.h>

unsigned long volatile length;
char* volatile block;

int main(void) {
  block = malloc(4);
  memset(block, 'a', 4);
  length = strlen(block);  // HERE
  free(block);
}
