// expect: fail unsupported
// message: FUTEX_CMP_REQUEUE is not modelled
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  int from = 0, to = 0;
  syscall(SYS_futex, &from, FUTEX_CMP_REQUEUE_PRIVATE, 1, 1, &to, 0);  // HERE
}
