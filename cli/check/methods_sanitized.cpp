#include "cli/check/methods.hpp"
#include "proberen/stress.hpp"

namespace proberen::check {

const char* variant() { return PROBEREN_VARIANT_NAME; }

std::vector<std::unique_ptr<Method>> make_methods() {
  std::vector<std::unique_ptr<Method>> methods;
  methods.push_back(make_stress_method());
  return methods;
}

}  // namespace proberen::check
