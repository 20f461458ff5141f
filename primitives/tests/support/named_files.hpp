/// Names for tests, and what is left of them.
#pragma once

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "primitives/tests/support/error_of.hpp"

namespace proberen::test {

/// A name that no other test program uses at the same time.
inline std::string own_name(const std::string& name) { return "test-" + std::to_string(::getpid()) + "-" + name; }

inline std::string path_of_name(const std::string& name) { return "/dev/shm/proberen." + name; }

/// The names in /dev/shm that begin with `prefix`.
inline std::vector<std::string> names_with(const std::string& prefix) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
    if (const std::string file = entry.path().filename(); file.starts_with("proberen." + prefix)) names.push_back(file.substr(9));
  }
  return names;
}

inline long count_open_descriptors() {
  const std::filesystem::directory_iterator descriptors("/proc/self/fd");
  return std::distance(begin(descriptors), end(descriptors));
}

/// The named files that this process maps.
inline long count_named_mappings() {
  std::ifstream maps("/proc/self/maps");
  long count = 0;
  for (std::string line; std::getline(maps, line);) count += line.find("/dev/shm/proberen.") != std::string::npos ? 1 : 0;
  return count;
}

/// After each test there is as much as before: no name, no mapping, no descriptor more.
class LeavesNothing : public testing::Test {
 protected:
  ~LeavesNothing() override {
    EXPECT_EQ(names_with(own_name("")), std::vector<std::string>());
    EXPECT_EQ(count_named_mappings(), mappings_);
    EXPECT_EQ(count_open_descriptors(), descriptors_);
  }

 private:
  long mappings_ = count_named_mappings();
  long descriptors_ = count_open_descriptors();
};

}  // namespace proberen::test
