/// Mutex and RecursiveMutex: what a lock must do.
///
///   acquire              none            waits until the lock is free, and takes it
///   try_acquire          true, false     false only while the lock is held (by another, if recursive)
///   acquire_for          true, false     the same, with a timeout: it may give up at any moment at which the lock is held
///   release              ok, not_held    gives the lock back; a Mutex from any thread, a RecursiveMutex only from its owner
///   locked               true, false
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

}  // namespace proberen::spec
