#include <memory>
#include <vector>

#include "cli/check/check.hpp"
#include "proberen/explore.hpp"
#include "proberen/scenarios_method.hpp"

const char proberen_explores_itself = 1;

namespace {

std::vector<std::unique_ptr<proberen::Method>> make_methods() {
  std::vector<std::unique_ptr<proberen::Method>> methods;
  methods.push_back(proberen::make_scenarios_method());
  return methods;
}

}  // namespace

int main(int argc, char** argv) { return proberen::check::run_check(argc, argv, {"explored", make_methods}); }
