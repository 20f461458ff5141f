/// DefaultPlatform: the platform of `proberen::Lock`, `proberen::Queue<T>`, … in this build.
///
/// It is NativePlatform, always, except in the build of a check that runs under a model checker with a platform of its own: there
/// PROBEREN_PLATFORM_HEADER names the header that defines `proberen::DefaultPlatform`. `proberen_add_check()` sets it; nobody else should.
#pragma once

#ifdef PROBEREN_PLATFORM_HEADER
#include PROBEREN_PLATFORM_HEADER
#else
#include "proberen/native_platform.hpp"

namespace proberen {
using DefaultPlatform = NativePlatform;
}  // namespace proberen
#endif
