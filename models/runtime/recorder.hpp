/// Recorder: while one execution is run again, remembers for every call into the runtime by which way the program came to it. An event's
/// site may be in a header of the C++ library; people want the line of their own that called it.
#pragma once

#include <vector>

#include "proberen/explore/types.hpp"

namespace proberen::runtime {

/// Return addresses in the program, the innermost first.
using Chain = std::vector<explore::Site>;

extern bool recording;
void recorder_start();
void recorder_stop();
/// Of the running fiber, now.
void record_call();

/// The ways to the steps of a failure, and to its places; empty where not known.
struct Ways {
  std::vector<Chain> steps;
  std::vector<Chain> places;
};
[[nodiscard]] Ways recorded_ways(const explore::Failure& failure);

}  // namespace proberen::runtime
