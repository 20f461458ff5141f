/// ThreadLocals: gives a borrowed thread's thread_local data its initial image back, and the exploring thread's the one that it had when
/// the exploration began. Only for modules that have their place in every thread's static block; the C library's own data is left alone,
/// but errno, and so is that of libraries whose code no fiber runs.
#pragma once

#include <cstdint>
#include <vector>

#include "models/runtime/modules.hpp"

namespace proberen::runtime {

class ThreadLocals {
 public:
  /// With `whole` false only the C++ library's data of the exploring thread is put back (exceptions in flight), not the program's.
  ThreadLocals(const std::vector<Module>& modules, bool whole);
  /// Of a borrowed thread: as if it had just been started.
  void make_new(std::uintptr_t thread_pointer) const;
  /// Of the exploring thread.
  void put_back(std::uintptr_t thread_pointer) const;

 private:
  struct Block {
    std::size_t below = 0;
    bool kept = false;        ///< put_back restores it
    std::vector<char> image;  ///< as a thread begins
    std::vector<char> saved;  ///< of the exploring thread
  };
  std::vector<Block> blocks_;
};

}  // namespace proberen::runtime
