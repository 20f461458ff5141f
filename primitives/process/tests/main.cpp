#include <gtest/gtest.h>

#include "proberen/ipc/entry.hpp"

int main(int argc, char** argv) {
  proberen::ipc::initialize(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
