/// Two threads in user space, on one kernel thread: what a hand-off costs that no kernel has to arrange.
#pragma once

#include <cerrno>
#include <cstdint>
#include <memory>
#include <system_error>

#include <ucontext.h>

namespace proberen::benchmarks::peers {

/// A main fiber, the kernel thread that made the object, and a second one; both by ucontext(3), whose switch includes one system call, for
/// the signal mask.
class UcontextFibers {
 public:
  UcontextFibers() : stack_(std::make_unique<char[]>(kStackSize)) {
    if (::getcontext(&second_) != 0) throw std::system_error(errno, std::generic_category(), "getcontext");
    second_.uc_stack.ss_sp = stack_.get();
    second_.uc_stack.ss_size = kStackSize;
    second_.uc_link = &main_;
    // makecontext passes ints alone.
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    ::makecontext(&second_, reinterpret_cast<void (*)()>(&UcontextFibers::run), 2, static_cast<unsigned>(self >> 32),
                  static_cast<unsigned>(self));
  }
  UcontextFibers(const UcontextFibers&) = delete;
  UcontextFibers& operator=(const UcontextFibers&) = delete;

  /// Hands over to the second fiber, which hands back at once.
  void round_trip() { ::swapcontext(&main_, &second_); }

 private:
  static constexpr std::size_t kStackSize = 64 * 1024;

  static void run(unsigned high, unsigned low) {
    auto* const fibers = reinterpret_cast<UcontextFibers*>((static_cast<std::uintptr_t>(high) << 32) | low);
    for (;;) ::swapcontext(&fibers->second_, &fibers->main_);
  }

  std::unique_ptr<char[]> stack_;
  ucontext_t main_{};
  ucontext_t second_{};
};

}  // namespace proberen::benchmarks::peers
