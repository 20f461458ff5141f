/// RobustMutex and RecursiveRobustMutex: what a lock must do whose owner may die.
///
///   acquire              acquired, owner_died, not_recoverable, would_deadlock
///                                                waits while another holds the lock and has not given it up
///   try_acquire          the same, or busy       busy: held by another
///   acquire_for          the same, or timeout    it may give up at any moment at which another holds the lock
///   release              ok, not_held            by the owner; without mark_consistent after owner_died the lock is given up
///   mark_consistent      ok, not_held, not_torn
///   mark_unrecoverable   ok, not_held, not_torn  gives the lock up
///   die                  ok, not_held            the caller ends as the owner, as far as the lock can tell
///   crash                none                    the death of a process: what it holds is free, and the next owner is told
///
/// A RecursiveRobustMutex is `acquired` once more by its owner, told of a death or not, where the other one says would_deadlock; the owner
/// gives it back with as many releases, or with one mark_unrecoverable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct RobustMutex {
  std::optional<int> owner = std::nullopt;
  bool owner_died = false;  ///< and nobody has been told yet
  bool torn = false;        ///< the owner was told, and has not marked
  bool given_up = false;

  static std::vector<std::string> operations() {
    return {"acquire", "try_acquire", "acquire_for", "release", "mark_consistent", "mark_unrecoverable", "die", "crash"};
  }
  [[nodiscard]] std::vector<Step<RobustMutex>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const;
};

struct RecursiveRobustMutex {
  RobustMutex lock = {};
  int depth = 0;  ///< meaningful while the lock has an owner

  static std::vector<std::string> operations() { return RobustMutex::operations(); }
  [[nodiscard]] std::vector<Step<RecursiveRobustMutex>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const { return lock.key() + (lock.owner ? " x" + std::to_string(depth) : ""); }
};

}  // namespace proberen::spec
