/// Fiber: one thread of an execution, with everything that the runtime keeps for it. Fibers live as long as the session and are reset when
/// an execution creates their thread.
#pragma once

#include <signal.h>

#include <array>
#include <cstdint>
#include <vector>

#include "models/runtime/kernel_threads.hpp"
#include "models/runtime/racy.hpp"
#include "models/runtime/spin.hpp"
#include "proberen/explore/types.hpp"

namespace proberen::runtime {

using explore::Site;
using explore::ThreadId;

inline constexpr int kMaxKeys = 1024;  ///< as many as the C library has
inline constexpr int kMaxRobust = 16;

struct ThreadLocalDestructor {
  void (*function)(void*) = nullptr;
  void* object = nullptr;
};

/// What was seen on a stack that is not its thread's own: an atomic object, or bytes that another thread has written.
struct SharedOnStack {
  std::uintptr_t address = 0;
  std::size_t size = 0;
  bool atomic = false;
  bool own_again = false;  ///< the thread itself has written there since, plainly: it may be another variable
};

/// What a fiber runs. A C11 thread's function returns an int.
struct Start {
  enum Kind : std::uint8_t { kBody, kPosix, kC11 } kind = kBody;
  void* function = nullptr;
  void* argument = nullptr;
};

struct Fiber {
  ThreadId id = explore::kNoThread;
  void* stack_pointer = nullptr;  ///< while another one runs
  Borrowed borrowed;
  Start start;
  void* result = nullptr;
  bool detached = false;
  bool joined = false;            ///< or being joined
  unsigned ended = 0;             ///< a location: 1 once it is at its end, where that is asked (sync/threads.cpp)
  bool from_before_main = false;  ///< it runs what was registered before main for the program's end: that may use what is not modelled
  bool returned = false;          ///< from its function; else pthread_exit() has ended it, or nothing has

  // Effects that other threads or a later turn of a loop could see; see spin.hpp.
  std::uint64_t effects = 0;
  std::uint64_t reads = 0;       ///< plain ones, of other memory than its own stack
  std::uint64_t writes = 0;      ///< the same
  explore::Value last_read = 0;  ///< by a looking hook
  bool library_loads = false;    ///< the atomic load of 16 bytes that comes is a call of libatomic's
  Site wide_load = 0;            ///< the last one that was none; see wide_atomics.cpp
  SpinMemory spin;
  std::vector<PendingWrite> pending;  ///< to racy locations
  std::vector<RacyRead> touched;      ///< by the plain access that it makes
  HiddenBytes hidden;
  LastAccess last_access;
  /// The stack pointers of the instrumented functions that are running, outermost first, and what is shared on this stack; see
  /// frames.cpp.
  std::vector<std::uintptr_t> frames;
  std::vector<SharedOnStack> shared_on_stack;
  std::uintptr_t lowest_shared = ~std::uintptr_t{0};  ///< the lowest address in shared_on_stack

  std::vector<ThreadLocalDestructor> destructors;
  std::array<const void*, kMaxKeys> values{};  ///< pthread_setspecific
  int values_used = 0;                         ///< one past the highest key with a value
  std::array<void*, kMaxRobust> robust{};      ///< robust mutexes that it holds
  int robust_held = 0;
  std::int64_t clock_ns = 0;  ///< its own virtual time
  std::uintptr_t futex = 0;   ///< at which it waits, or did last
  unsigned futex_bits = 0;    ///< with which it waits there
  std::uint64_t random = 0;   ///< state of its random numbers
  char what[96] = {};         ///< what it waits for, in words
  std::uint64_t blocked = 0;  ///< signals
  stack_t handler_stack{};    ///< that it has asked for

  /// Ready to run `new_start` as thread `new_id`.
  void reset(ThreadId new_id, const Start& new_start);
};

}  // namespace proberen::runtime
