// expect: fail unsupported
// message: dlopen of a library that the program is not linked with is not modelled
#include <dlfcn.h>
#include <stddef.h>

int main(void) {
  if (dlopen(NULL, RTLD_NOW) == NULL || dlopen("libc.so.6", RTLD_NOW) == NULL) return 1;
  dlopen("libutil.so.1", RTLD_NOW);  // HERE
}
