// expect: fail unsupported
// message: an atomic object of more than 16 bytes
#include <atomic>

struct Big {
  int words[6];
};
std::atomic<Big> big{Big{}};

int main() {
  big.store(Big{{1}});  // HERE
}
