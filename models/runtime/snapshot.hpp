/// Snapshot: the writable data of the program and of its instrumented libraries, as they were before its first execution.
#pragma once

#include <vector>

#include "models/runtime/modules.hpp"

namespace proberen::runtime {

class Snapshot {
 public:
  explicit Snapshot(const std::vector<Module>& modules);
  /// Puts everything back. Costs a copy of all of it.
  void restore() const;

 private:
  struct Part {
    Range range;
    std::vector<char> bytes;
  };
  std::vector<Part> parts_;
};

}  // namespace proberen::runtime
