// A lock that is held cannot be taken again; acquire(false) says so instead of waiting.
#include <cstdio>

#include <proberen/lock.hpp>

int main() {
  proberen::Lock lock;
  std::printf("%d\n", lock.acquire());
  std::printf("%d\n", lock.acquire(false));
  (void)lock.release();
  std::printf("%d\n", lock.acquire(false));
}
