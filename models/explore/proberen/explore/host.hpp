/// Host: what runs the threads of an execution. The engine says whose turn it is; it does not know what a thread is made of.
#pragma once

#include "proberen/explore/types.hpp"

namespace proberen::explore {

class Host {
 public:
  virtual ~Host() = default;

  /// Leaves the running thread and runs `thread`, from its start or from where it last called `resume`. Returns when somebody resumes the
  /// thread that called. When the execution is abandoned meanwhile it never returns.
  virtual void resume(ThreadId thread) = 0;

  /// Leaves the execution: control goes back to whoever called `Engine::begin`. No thread of this execution runs again.
  [[noreturn]] virtual void leave() = 0;
  /// Whether nobody expects the thread to end: it may wait for ever, as thread 0 has ended the program.
  [[nodiscard]] virtual bool may_be_left(ThreadId /*thread*/) const { return false; }
};

}  // namespace proberen::explore
