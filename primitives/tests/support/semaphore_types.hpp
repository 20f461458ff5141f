/// The semaphores under test, and their names in the names of tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "proberen/semaphore.hpp"

namespace proberen::test {

using AllSemaphores = testing::Types<proberen::Semaphore, proberen::BoundedSemaphore, ipc::Semaphore, ipc::BoundedSemaphore>;
using UnboundedSemaphores = testing::Types<proberen::Semaphore, ipc::Semaphore>;
using BoundedSemaphores = testing::Types<proberen::BoundedSemaphore, ipc::BoundedSemaphore>;

struct SemaphoreNames {
  template <class S>
  static std::string GetName(int) {
    if (std::is_same_v<S, proberen::Semaphore>) return "Semaphore";
    if (std::is_same_v<S, proberen::BoundedSemaphore>) return "BoundedSemaphore";
    return std::is_same_v<S, ipc::Semaphore> ? "IpcSemaphore" : "IpcBoundedSemaphore";
  }
};

}  // namespace proberen::test
