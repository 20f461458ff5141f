// expect: pass complete
//
// Readers and writers sleep at one futex with bits of their own; who is woken by a bit that is not his would go on too early.
#define _GNU_SOURCE
#include <assert.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kReaders = 1, kWriters = 2 };
static atomic_int word;
static atomic_int writer_called;

static long wait_for(int bits) { return syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 0, 0, 0, bits); }
static long wake(int bits) { return syscall(SYS_futex, &word, FUTEX_WAKE_BITSET, 10, 0, 0, bits); }

static void *read_side(void *argument) {
  wait_for(kReaders);
  return argument;
}

static void *write_side(void *argument) {
  if (wait_for(kWriters) == 0) assert(writer_called == 1);
  return argument;
}

int main(void) {
  pthread_t reader, writer;
  pthread_create(&reader, 0, read_side, 0);
  pthread_create(&writer, 0, write_side, 0);
  word = 1;
  wake(kReaders);
  pthread_join(reader, 0);
  writer_called = 1;
  wake(kWriters);
  pthread_join(writer, 0);
  return 0;
}
