// expect: fail out-of-bounds
// message: 0 bytes past the end of a block of 40 bytes
#include <vector>

std::vector<int> numbers;

int main(int argc, char**) {
  numbers.resize(10);
  numbers[static_cast<unsigned>(9 + argc)] = 1;  // HERE
}
