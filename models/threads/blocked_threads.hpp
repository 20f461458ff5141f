/// Are threads blocked for ever? Asked of the kernel, so the answer is quick and, where it is yes, certain.
#pragma once

#include <span>

#include <sys/types.h>

namespace proberen {

/// True when two looks show each of these threads, of this process or of a child, asleep, in the same sleep, in a futex wait without a
/// timeout: nobody among them can wake another. In a build with a sanitizer, whose own locks are futexes too, the looks lie far enough
/// apart for the holder of such a lock to have gone on.
[[nodiscard]] bool are_blocked_for_ever(std::span<const pid_t> threads);

}  // namespace proberen
