#include <iostream>

#include "reports/record/tests/sample_records.hpp"

int main() {
  for (const auto& record : proberen::samples::mixed()) std::cout << proberen::to_json(record) << '\n';
  std::cout << proberen::to_json(proberen::samples::everything()) << '\n';
}
