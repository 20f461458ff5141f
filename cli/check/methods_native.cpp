#include "cli/check/methods.hpp"
#include "proberen/bench.hpp"
#include "proberen/fuzz.hpp"
#include "proberen/stress.hpp"

namespace proberen::check {

const char* variant() { return "native"; }

std::vector<std::unique_ptr<Method>> make_methods() {
  std::vector<std::unique_ptr<Method>> methods;
  methods.push_back(make_fuzz_method());
  methods.push_back(make_stress_method());
  methods.push_back(make_bench_method());
  return methods;
}

}  // namespace proberen::check
