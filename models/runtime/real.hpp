/// The functions of libc and libstdc++ behind those that this library puts in front of them.
#pragma once

#include <dlfcn.h>

namespace proberen::runtime {

/// The next definition of `name` after this library's own, its newest version. Ends the process when there is none.
[[nodiscard]] void* next_symbol(const char* name);

}  // namespace proberen::runtime

/// The real `function`, looked up once. No guard: two threads that look it up at once find the same.
#define PROBEREN_REAL(function)                                                                                       \
  ([]() {                                                                                                             \
    static decltype(&::function) real = nullptr;                                                                      \
    if (real == nullptr) real = reinterpret_cast<decltype(&::function)>(::proberen::runtime::next_symbol(#function)); \
    return real;                                                                                                      \
  }())

/// A symbol that wins over libc's.
#define PROBEREN_INTERPOSED extern "C" __attribute__((visibility("default")))
/// One that arch/ calls, or that another file knows by its name alone.
#define PROBEREN_HIDDEN extern "C" __attribute__((visibility("hidden")))
