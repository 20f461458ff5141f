// expect: fail unsupported
// message: reading of standard input is not modelled
#include <iostream>

int main() {
  int number = 0;
  std::cin >> number;  // HERE
}
