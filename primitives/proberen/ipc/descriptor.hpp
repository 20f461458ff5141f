/// Descriptor: the owner of an open file descriptor.
#pragma once

#include <utility>

namespace proberen::ipc {

/// Closes its file descriptor when it goes. Move-only. As an argument of Context::start() it is handed to the child: the caller's is closed
/// when start() returns, the child's is close-on-exec.
class Descriptor {
 public:
  Descriptor() noexcept = default;
  /// Takes over `number`, an open file descriptor; -1 owns nothing.
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~Descriptor() { reset(); }

  /// The number, for system calls; -1 when it owns nothing.
  [[nodiscard]] int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }

  /// Gives the number away: the caller has to close it.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

  /// Closes what it owns, and takes over `number`.
  void reset(int number = -1) noexcept;

  /// A second descriptor of the same open file, close-on-exec. Throws std::system_error.
  [[nodiscard]] Descriptor duplicate() const;

 private:
  int number_ = -1;
};

}  // namespace proberen::ipc
