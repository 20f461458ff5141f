/// Snapshot: the writable data of the program and of its libraries, instrumented or not, as they were before its first execution. The C++
/// library's is among it: streams and their flags, the global locale, handlers. The C library's is not.
///
/// Small parts are copied back whole. Of large ones, and of those of libraries that are not instrumented, which seldom write, only the
/// pages that some execution has written are: they are protected until they are written for the first time, which is a fault that
/// on_fault() takes care of.
#pragma once

#include <vector>

#include "models/runtime/modules.hpp"

namespace proberen::runtime {

class Snapshot {
 public:
  explicit Snapshot(const std::vector<Module>& modules);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  /// Puts everything back.
  void restore() const;

  /// From the signal handler: whether the fault was the first write to a page of the running snapshot. It is writable now.
  [[nodiscard]] static bool on_fault(std::uintptr_t address);

 private:
  struct Part {
    Range range;
    std::vector<char> bytes;
    bool seldom;                            ///< written
    Range watched;                          ///< whole pages; empty in a small part
    std::vector<std::uintptr_t> written{};  ///< pages of it; room for all is reserved
  };
  void watch(Part& part);
  std::vector<Part> parts_;
};

}  // namespace proberen::runtime
