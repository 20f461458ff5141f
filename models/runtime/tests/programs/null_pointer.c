// expect: fail crash
// message: segmentation fault at address 0x8
#include <stddef.h>

struct Pair { long first, second; };
struct Pair* volatile nothing = NULL;

int main(void) {
  nothing->second = 1;  // HERE
}
