// A string that does not fit is told before it runs over what is behind the block.
// expect: fail out-of-bounds
// message: 0 bytes past the end of a block of 4 bytes
#include <stdlib.h>
#include <string.h>

const char* volatile text = "123456789";
char* volatile block;

int main(void) {
  block = malloc(4);
  strcpy(block, text);  // HERE
  free(block);
}
