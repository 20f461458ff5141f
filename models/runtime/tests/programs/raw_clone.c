// expect: fail unsupported
// message: syscall\(SYS_clone\) is not modelled
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0) syscall(SYS_exit_group, 0);  // HERE
}
