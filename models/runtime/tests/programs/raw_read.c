// A raw system call is what its function of the C library is.
// expect: fail unsupported
// message: syscall\(SYS_read\) is not modelled
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  char byte;
  syscall(SYS_read, 0, &byte, 1);  // HERE
}
