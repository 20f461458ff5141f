#include <memory>
#include <vector>

#include "cli/check/check.hpp"
#include "proberen/bench.hpp"
#include "proberen/fuzz.hpp"
#include "proberen/stress.hpp"

namespace {

std::vector<std::unique_ptr<proberen::Method>> make_methods() {
  std::vector<std::unique_ptr<proberen::Method>> methods;
  methods.push_back(proberen::make_fuzz_method());
  methods.push_back(proberen::make_stress_method());
  methods.push_back(proberen::make_bench_method());
  return methods;
}

}  // namespace

int main(int argc, char** argv) { return proberen::check::run_check(argc, argv, {"native", make_methods}); }
