/// fuzz: random scenarios on real threads, each history checked against the spec; failures shrink to a minimal scenario (RapidCheck).
#pragma once

#include <memory>

#include "proberen/method.hpp"

namespace proberen {

/// Runs each scenario several times in a worker process, so that a crash or a hang is a failure that shrinks like any other. The same seed
/// makes the same scenarios and the same injected noise; the operating system's schedule stays its own.
[[nodiscard]] std::unique_ptr<Method> make_fuzz_method();

}  // namespace proberen
