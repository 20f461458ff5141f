// Memory of System V outlives the program.
// expect: fail unsupported
// message: ^shmget is not modelled
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void) {
  return shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) < 0;  // HERE
}
