// The same by a raw system call.
// expect: fail unsupported
// message: ^syscall\(SYS_openat\) is not modelled
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY) < 0;  // HERE
}
