// expect: pass complete
// executions: 1
// native: 0
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

static int from, to;

static long requeue(int operation, long wake, long move, int expected) { return syscall(SYS_futex, &from, operation, wake, move, &to, expected); }

int main(void) {
  if (requeue(FUTEX_REQUEUE, 1, 1, 0) != 0 || requeue(FUTEX_CMP_REQUEUE_PRIVATE, 1, 1, 0) != 0) return 1;
  if (requeue(FUTEX_CMP_REQUEUE, 1, 1, 7) != -1 || errno != EAGAIN) return 2;
  if (requeue(FUTEX_REQUEUE, -1, 1, 0) != -1 || errno != EINVAL) return 3;
  if (requeue(FUTEX_CMP_REQUEUE, 1, -1, 0) != -1 || errno != EINVAL) return 4;
  return 0;
}
