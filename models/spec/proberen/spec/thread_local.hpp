/// ThreadLocal and Indices: what an object with a value of its own in each thread must do, and the numbers that such objects have.
///
/// A thread uses the object from its first touch on until it exits. Objects live one after another in the same place; at first there is
/// one.
///
///   touch(v)     v, or the thread's value; ended       makes the value v where the thread has none
///   peek         none, or the thread's value           makes none
///   reset        true, false                           destroys the thread's value; false when there was none
///   sum          a number; stranger                    of all values; for a thread that uses the object
///   exit         none                                  the thread's value is destroyed, and it uses the object no more
///   end          ok; in_use; ended                     only when no thread uses the object; ok says that every value has been destroyed
///   begin        ok; in_use                            a new object, only where the last has ended
///
/// in_use says that a thread uses the object or is about to, or that another end or begin is not over: of what is about to be or not over a
/// sequential model knows nothing, so it never takes in_use for wrong. What it does not allow is ok, where that is not due.
///
/// Indices:
///
///   claim        a number                              that nobody has; the thread's until it frees it
///   free         true, false                           gives back what the thread claimed last; false when it has none
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct ThreadLocal {
  bool ended = false;
  std::map<int, Value> values;  ///< of the threads that use the object: none where there is no value

  static std::vector<std::string> operations() { return {"touch", "peek", "reset", "sum", "exit", "end", "begin"}; }
  [[nodiscard]] std::vector<Step<ThreadLocal>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const;
};

struct Indices {
  std::map<int, std::vector<std::int64_t>> claimed;  ///< what each thread has, in the order in which it claimed it

  static std::vector<std::string> operations() { return {"claim", "free"}; }
  [[nodiscard]] std::vector<Step<Indices>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const;
};

}  // namespace proberen::spec
