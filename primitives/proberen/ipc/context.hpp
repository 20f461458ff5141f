/// Context: starts processes by one method.
#pragma once

#include <concepts>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "proberen/ipc/process.hpp"
#include "proberen/ipc/start_method.hpp"

namespace proberen::ipc {

struct ContextOptions {
  /// Lets StartMethod::fork copy a process that has several threads. Whatever lock another thread holds at that moment, the allocator's
  /// included, stays held in the child for ever.
  bool allow_fork_with_threads = false;
};

namespace detail {
struct Entry;
struct Payload;

/// What an argument travels as: text as std::string, anything else as itself.
template <class T>
using Stored = std::conditional_t<std::same_as<std::decay_t<T>, const char*> || std::same_as<std::decay_t<T>, char*> ||
                                      std::same_as<std::decay_t<T>, std::string_view>,
                                  std::string, std::decay_t<T>>;
}  // namespace detail

/// Starts processes. Any thread may call start(), several at once. A fork server belongs to its context and ends with it, or with the last
/// Process that it started.
class Context {
 public:
  explicit Context(StartMethod method, ContextOptions options = {});
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  [[nodiscard]] StartMethod method() const noexcept { return method_; }

  /// Starts a child that calls the function registered as `entry` (PROBEREN_ENTRY) with copies of `args`, and ends with what it returns;
  /// void is 0, an exception is told on standard error and is 1. The types must be those of the function's parameters, exactly, except that
  /// text may be given for std::string. Nothing is started, and
  ///  - std::invalid_argument is thrown, when no such entry is registered, or its parameters are of other types;
  ///  - std::logic_error, when main() has not called ipc::initialize(), which spawn and forkserver need;
  ///  - std::runtime_error, when the method is fork and this process has several threads;
  ///  - std::system_error, when the kernel refuses.
  template <class... Args>
  Process start(std::string_view entry, Args&&... args) {
    using Arguments = std::tuple<detail::Stored<Args>...>;
    const detail::Entry& found = find(entry, typeid(Arguments));
    Arguments arguments(std::forward<Args>(args)...);
    return launch(found, &arguments);
  }

 private:
  static const detail::Entry& find(std::string_view name, const std::type_info& arguments);
  Process launch(const detail::Entry& entry, void* arguments);
  Process launch_by_server(const detail::Payload& payload);
  std::shared_ptr<detail::ForkServer> server();

  StartMethod method_;
  ContextOptions options_;
  std::mutex mutex_;
  std::shared_ptr<detail::ForkServer> server_;
};

}  // namespace proberen::ipc
