/// Handlers around fork(2), for locks that a child needs: a pthread_atfork() whose `prepare` may say "not now".
#pragma once

#include <functional>

namespace proberen::ipc {

struct ForkHandlers {
  /// Before the fork. False, having done nothing, when a lock that it needs is held: what the others have done is undone by their `parent`,
  /// and all are asked again. So two handlers whose locks are elsewhere taken in the opposite order cannot deadlock, as they can with
  /// pthread_atfork() (folly's AtFork). Empty is true.
  std::function<bool()> prepare;
  /// After it, in each of the two; `parent` also undoes `prepare`. They may not throw.
  std::function<void()> parent;
  std::function<void()> child;
};

/// Runs the handlers around every fork() of this process from now on, whoever calls it: `prepare` of the last registered first, `parent`
/// and `child` of the first registered first, as pthread_atfork() does. Not to be called by a handler. Throws std::system_error when memory
/// is short.
void at_fork(ForkHandlers handlers);

}  // namespace proberen::ipc
