// A C++ stream opens a file inside an exploration.
// expect: fail unsupported
// message: ^fopen(64)? is not modelled
#include <fstream>
#include <string>

int main() {
  std::ifstream file("/dev/null");  // HERE
  return file.is_open() ? 0 : 1;
}
