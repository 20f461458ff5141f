/// The locks under test, and their names in the names of tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "proberen/lock.hpp"
#include "proberen/rlock.hpp"

namespace proberen::test {

using AllLocks = testing::Types<proberen::Lock, proberen::RLock, ipc::PlainLock>;

/// The locks that have no owner.
using PlainLocks = testing::Types<proberen::Lock, ipc::PlainLock>;

struct LockNames {
  template <class L>
  static std::string GetName(int) {
    if (std::is_same_v<L, proberen::RLock>) return "RLock";
    return std::is_same_v<L, proberen::Lock> ? "Lock" : "IpcLock";
  }
};

}  // namespace proberen::test
