/// The program of every check. A variant's main() calls it with what the variant adds: its name and its methods.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proberen/method.hpp"

namespace proberen::check {

struct Variant {
  std::string name;  ///< native, relacy, explored, tsan or asan
  std::function<std::vector<std::unique_ptr<Method>>()> make_methods;
};

/// The exit status. See check.cpp for the command line.
int run_check(int count, char** words, const Variant& variant);

}  // namespace proberen::check
