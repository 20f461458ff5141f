/// Last words: the text of the exception that ends a child, on its way to the creator.
///
/// Each method has a way that costs a child without last words almost nothing: a fork has a page that both share, and that nobody touches;
/// a spawned process has the memory file that its arguments came in; one of a fork server has the socket that brings its exit code.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// The longest that arrives, in bytes; the rest is cut off.
inline constexpr std::size_t kMostLastWords = 4000;

/// The creator's side.
class LastWords {
 public:
  /// For a child by fork. Throws std::system_error.
  static LastWords in_memory();
  /// For a child that was given `file`, behind the arguments.
  static LastWords in_file(Descriptor file, std::size_t arguments_size);

  /// In the copy that a fork has made: what the child leaves goes into the page.
  void leave_here() const;

  /// In a copy of the creator: gives up the file's number without closing it, as it may be another's, and the page, which is the creator's.
  void forget() noexcept {
    (void)file_.release();
    (void)page_.release();
  }

  /// What a child that has ended has left; "" for nothing.
  [[nodiscard]] std::string read() const;

 private:
  struct GiveBack {
    void operator()(char* page) const noexcept;
  };
  std::unique_ptr<char, GiveBack> page_;
  Descriptor file_;
  std::size_t arguments_size_ = 0;
};

/// The child's side: where its last words go. The descriptors stay the caller's, and open.
void leave_in_file(int file, std::size_t arguments_size);
void leave_on_socket(int socket);

/// The child says them; nothing when it was not told where, as in a copy that the child's entry has forked by itself.
void say_last_words(std::string_view text) noexcept;

}  // namespace proberen::ipc::detail
