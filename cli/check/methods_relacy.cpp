#include "cli/check/methods.hpp"
#include "proberen/relacy_method.hpp"

namespace proberen::check {

const char* variant() { return "relacy"; }

std::vector<std::unique_ptr<Method>> make_methods() {
  std::vector<std::unique_ptr<Method>> methods;
  methods.push_back(make_explore_method());
  return methods;
}

}  // namespace proberen::check
