// std::shared_ptr: the count is atomic, so the last owner deletes, whoever it is. RAW: a reference is used beyond its owner.
#include <proberen/explore.h>

#include <memory>
#include <thread>

int main() {
  auto shared = std::make_unique<std::shared_ptr<int>>(std::make_shared<int>(7));
  int seen = 0;
#ifdef RAW
  std::thread user([&seen, borrowed = shared->get()] { seen = *borrowed; });
#else
  std::thread user([&seen, owned = *shared] { seen = *owned; });
#endif
  shared->reset();
  user.join();
  proberen_observe("seen", seen);
}
