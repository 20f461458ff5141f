/// Identities: how a fiber becomes, for the C library, the thread whose identity it has borrowed.
///
/// Mostly by running with that thread's pointer. Where user code may not write the thread pointer (kernels before 5.9, some virtual
/// machines) that is a system call at every switch, which can cost more than all the rest. There all fibers keep the exploring thread's
/// pointer, and what lies behind it is exchanged: errno, what the C++ library knows of exceptions, whether the runtime or the program runs.
/// That makes no difference to a program that has no thread-local data of its own, of which it could give the address to another thread,
/// and that calls nothing which keeps data in the thread's control block; any other program keeps its pointers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/runtime/modules.hpp"

namespace proberen::runtime {

enum class IdentityBy : std::uint8_t { kPointer, kContents };

/// Where contents are exchanged, all threads have their own data at one address. For the engine it is in the block that the running one has
/// borrowed, as it would be with its pointer.
struct SharedBlock {
  std::uintptr_t low = 0;
  std::size_t size = 0;       ///< 0: nothing is exchanged
  std::uintptr_t offset = 0;  ///< from there to the running thread's own block
};
extern SharedBlock shared_block;
[[nodiscard]] inline std::uintptr_t own_address(std::uintptr_t address) {
  return __builtin_expect(address - shared_block.low < shared_block.size, 0) ? address + shared_block.offset : address;
}

class Identities {
 public:
  /// For the calling thread, which explores. Without a wish: what is faster.
  Identities(const std::vector<Module>& modules, std::optional<IdentityBy> wanted);
  ~Identities() { shared_block = {}; }
  Identities(const Identities&) = delete;
  Identities& operator=(const Identities&) = delete;
  /// The running fiber, or the loop, is about to make room for another one: the thread pointer to go on with, or 0 to keep the present one.
  [[nodiscard]] std::uintptr_t change(std::uintptr_t running, std::uintptr_t next);

 private:
  [[nodiscard]] char* home(std::uintptr_t thread_pointer) {
    return thread_pointer == loop_pointer_ ? kept_.data() : reinterpret_cast<char*>(thread_pointer) - kept_.size();
  }
  std::uintptr_t loop_pointer_;
  /// What lies below the exploring thread's pointer while another one's contents are there; empty: pointers change.
  std::vector<char> kept_;
};

}  // namespace proberen::runtime
