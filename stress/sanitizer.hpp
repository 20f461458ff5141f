/// What a sanitizer says, as failures. ThreadSanitizer is asked through its report hook, while the program goes on; AddressSanitizer and
/// UndefinedBehaviorSanitizer end the program, or print, so their words are read from what it wrote.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proberen/record.hpp"

namespace proberen::stress {

/// The failures in the words of AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer; the same one twice is told once.
[[nodiscard]] std::vector<Failure> failures_in(std::string_view text);

/// What ThreadSanitizer has reported since the last call, each pair of places once in the life of the process. Nothing in builds without
/// it.
[[nodiscard]] std::vector<Failure> new_thread_sanitizer_reports();

/// Whether memory was leaked so far; what AddressSanitizer has to say of it goes to standard error. False in builds without it.
bool leak_found();

}  // namespace proberen::stress
