#include "proberen/generator.hpp"

#include <stdexcept>

namespace proberen::gen {

Generator in_range(std::int64_t low, std::int64_t high) {
  if (high < low || high - low >= 1000) throw std::invalid_argument("gen::in_range: from 1 to 1,000 values, please");
  Generator generator;
  for (std::int64_t number = low; number <= high; ++number) generator.values.emplace_back(number);
  return generator;
}

Generator one_of(std::initializer_list<Value> values) { return Generator{values, false}; }

Generator truth() { return one_of({false, true}); }

Generator distinct() { return Generator{{}, true}; }

}  // namespace proberen::gen
