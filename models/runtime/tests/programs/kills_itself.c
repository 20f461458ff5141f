// expect: fail crash
// message: SIGKILL
#include <signal.h>
#include <unistd.h>

int main(void) {
  kill(getpid(), SIGKILL);  // HERE
}
