// The program's own handler of std::terminate ends it, as it would without one.
// expect: fail uncaught-exception
// message: std::terminate has called abort\(\)
#include <cstdlib>
#include <exception>

int main() {
  std::set_terminate([] { std::abort(); });
  throw 1;  // HERE
}
