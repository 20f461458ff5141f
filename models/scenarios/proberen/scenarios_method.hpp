/// The method `explore` on code as it ships: native atomics and threads, compiled with the hooks of models/runtime/, in a program that is
/// linked with libproberen_runtime. Every execution of a scenario under RC11, each once, its history judged by the spec.
#pragma once

#include <memory>

#include "proberen/method.hpp"

namespace proberen {

[[nodiscard]] std::unique_ptr<Method> make_scenarios_method();

}  // namespace proberen
