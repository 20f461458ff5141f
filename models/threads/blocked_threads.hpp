/// Are threads blocked for ever? Asked of the kernel, so the answer is quick and, where it is yes, certain.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace proberen {

/// What the kernel says of some threads at one moment.
struct ThreadsAtRest {
  bool known = false;                 ///< the kernel let us look
  bool all_blocked = false;           ///< each is asleep in a futex wait without a timeout
  std::vector<std::string> switches;  ///< how often each has been switched out: equal in two looks, none has run in between
};

[[nodiscard]] ThreadsAtRest look_at_threads(std::span<const pid_t> threads);

/// True when two looks, one after the other, show the same sleepers: nobody among them can have woken another in between.
[[nodiscard]] bool blocked_for_ever(const ThreadsAtRest& first, const ThreadsAtRest& second);

}  // namespace proberen
