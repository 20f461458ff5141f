// x * x over 1, 2, 3, each in whichever of five processes has time.
#include <cstdio>

#include <proberen/ipc/pool.hpp>

int square(int x) { return x * x; }

int main(int argc, char** argv) {
  proberen::ipc::initialize(argc, argv);
  proberen::ipc::Pool pool(5);
  for (const int number : pool.map<square>({1, 2, 3})) std::printf("%d\n", number);
}
