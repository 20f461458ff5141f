/// The registry of this program's thread-local objects, and the table of the calling thread.
#pragma once

#include "proberen/detail/local_registry.hpp"
#include "proberen/detail/local_table.hpp"
#include "proberen/native_platform.hpp"

namespace proberen::detail {

using NativeLocalRegistry = LocalRegistry<NativePlatform>;
using NativeLocalTable = LocalTable<NativePlatform>;

/// Usable before and after everything else that is static.
extern constinit NativeLocalRegistry local_registry;

/// Initial-exec: no call to find it, also in a shared library; it is small enough for what the dynamic linker keeps for that.
extern constinit thread_local NativeLocalTable local_table [[gnu::tls_model("initial-exec")]];

/// To be called when the table gets a value: at its exit the thread destroys its values, in up to PTHREAD_DESTRUCTOR_ITERATIONS rounds,
/// after the destructors of C++ thread_local objects. What is made in the last round lives until its object ends. Throws std::system_error
/// when the process has no pthread key left.
void leave_at_thread_exit();

}  // namespace proberen::detail
