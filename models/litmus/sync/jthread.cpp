// std::jthread and its stop token: the thread ends when it is asked to.
#include <proberen/explore.h>

#include <thread>

int main() {
  int rounds = 0;
  {
    std::jthread worker([&](std::stop_token stop) {
      while (!stop.stop_requested()) {
      }
      rounds = 1;
    });
  }
  proberen_observe("rounds", rounds);
}
