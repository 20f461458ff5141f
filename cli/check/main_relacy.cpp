#include <memory>
#include <vector>

#include "cli/check/check.hpp"
#include "proberen/relacy_method.hpp"

namespace {

std::vector<std::unique_ptr<proberen::Method>> make_methods() {
  std::vector<std::unique_ptr<proberen::Method>> methods;
  methods.push_back(proberen::make_explore_method());
  return methods;
}

}  // namespace

int main(int argc, char** argv) { return proberen::check::run_check(argc, argv, {"relacy", make_methods}); }
