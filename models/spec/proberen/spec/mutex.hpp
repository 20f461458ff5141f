/// Mutex, RecursiveMutex and RobustMutex: what a lock must do.
///
///   acquire              none            waits until the lock is free, and takes it
///   try_acquire          true, false     false only while the lock is held (by another, if recursive)
///   acquire_for          true, false     the same, with a timeout: it may give up at any moment at which the lock is held
///   release              ok, not_held    gives the lock back; a Mutex from any thread, a RecursiveMutex only from its owner
///   locked               true, false
///
/// A RobustMutex says in words how it was taken, since its owner may have died:
///
///   acquire              ok, owner_died             owner_died to the first that takes it after its owner's death, who makes it consistent
///   try_acquire          ok, owner_died, busy
///   acquire_for          ok, owner_died, timeout
///   release              ok, not_owner
///   crash                none                       the death of a process: what it holds is free, and its next owner is told
#pragma once

#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct Mutex {
  bool held = false;

  static std::vector<std::string> operations() { return {"acquire", "try_acquire", "acquire_for", "release", "locked"}; }
  [[nodiscard]] std::vector<Step<Mutex>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const { return held ? "held" : "free"; }
};

struct RecursiveMutex {
  int depth = 0;
  int owner = 0;  ///< meaningful while depth > 0

  static std::vector<std::string> operations() { return Mutex::operations(); }
  [[nodiscard]] std::vector<Step<RecursiveMutex>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const { return depth == 0 ? "free" : std::to_string(owner) + "x" + std::to_string(depth); }
};

struct RobustMutex {
  bool held = false;
  int owner = 0;  ///< meaningful while held
  bool owner_died = false;

  static std::vector<std::string> operations() { return {"acquire", "try_acquire", "acquire_for", "release", "crash"}; }
  [[nodiscard]] std::vector<Step<RobustMutex>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const {
    return (held ? "held by " + std::to_string(owner) : std::string("free")) + (owner_died ? ", its owner died" : "");
  }
};

}  // namespace proberen::spec
