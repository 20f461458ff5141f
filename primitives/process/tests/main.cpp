#include <signal.h>

#include <gtest/gtest.h>

#include "proberen/ipc/entry.hpp"

int main(int argc, char** argv) {
  // A shell ignores it for what it starts in the background, and a child by fork would do as its parent.
  ::signal(SIGINT, SIG_DFL);
  proberen::ipc::initialize(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
