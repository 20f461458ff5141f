/// Mode: on whose behalf the running thread executes code. Hooks and interposed functions look at it first.
///
/// It is thread-local, and a fiber runs on the thread pointer of a kernel thread that it has borrowed, so every fiber has its own. That
/// also keeps threads apart that have nothing to do with an exploration in the same process.
#pragma once

namespace proberen::runtime {

enum Mode : int {
  kNative = 0,    ///< nothing is explored: do the real thing
  kExplored = 1,  ///< code of an explored program: ask the engine
  kInside = 2,    ///< the runtime itself, called from such code: do the real thing
};

}  // namespace proberen::runtime

extern "C" {
extern constinit thread_local int proberen_mode __attribute__((visibility("hidden"), tls_model("initial-exec")));
/// Where the last looking hook left the caller's registers.
extern constinit thread_local void* proberen_frame __attribute__((visibility("hidden"), tls_model("initial-exec")));
}

namespace proberen::runtime {

[[nodiscard]] inline bool explored() { return __builtin_expect(proberen_mode == kExplored, 1); }

/// Whether there is more to do at every entry from the program than usual (racy.hpp, recorder.hpp), and that.
extern bool attention;
void attend();

/// While it lives, calls to libc made by this thread are the runtime's own. Only where explored() held.
class Inside {
 public:
  Inside() {
    proberen_mode = kInside;
    if (__builtin_expect(attention, 0)) attend();
  }
  ~Inside() { proberen_mode = kExplored; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
};

/// The other way round: while it lives, the program's code runs (a destructor, an initializer) on behalf of the runtime.
class Outside {
 public:
  Outside() { proberen_mode = kExplored; }
  ~Outside() { proberen_mode = kInside; }
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;
};

}  // namespace proberen::runtime
