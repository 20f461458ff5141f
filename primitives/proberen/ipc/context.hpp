/// Context: starts processes by one method.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "proberen/ipc/initialize.hpp"
#include "proberen/ipc/process.hpp"
#include "proberen/ipc/start_method.hpp"
#include "proberen/ipc/start_options.hpp"

namespace proberen::ipc {

struct ContextOptions {
  /// Lets StartMethod::fork copy a process that has several threads. Whatever lock another thread holds at that moment, the allocator's
  /// included, stays held in the child for ever.
  bool allow_fork_with_threads = false;
  /// What the names of the processes begin with: "Process-1", and "Process-1:2" for the second that Process-1 starts.
  std::string name = "Process";
  /// Has a child die, by SIGKILL, when the process that asked for it ends in whatever way; not when a mere thread of that does.
  bool die_with_parent = false;
  /// Leaves a child the descriptors that it was not given: by fork all of them; by spawn those that are not close-on-exec; by forkserver
  /// those that the server's preloads have opened. Otherwise it has the standard ones and those in its arguments.
  bool keep_descriptors = false;
  /// Only for StartMethod::forkserver: entries without parameters, run once in the server, in this order, before its first fork; what they
  /// set up in memory every child has. They may start neither threads nor processes. start() throws what they throw.
  std::vector<std::string> preload = {};
  /// Only for StartMethod::forkserver: how many children the server has forked in advance, so that none is forked while a start() waits.
  std::size_t idle_children = 0;
};

namespace detail {
struct Birth;
struct Entry;
struct Launched;
struct Payload;
struct PendingStart;
class Setup;
class WorkerStarter;

/// What an argument travels as: text as std::string, anything else as itself.
template <class T>
using Stored = std::conditional_t<std::same_as<std::decay_t<T>, const char*> || std::same_as<std::decay_t<T>, char*> ||
                                      std::same_as<std::decay_t<T>, std::string_view>,
                                  std::string, std::decay_t<T>>;
}  // namespace detail

/// Starts processes. Any thread may call start(), several at once. A fork server starts with the first start() and belongs to its context;
/// it ends with it, or with the last Process that it started. One that was killed is replaced. Its children have the environment and the
/// working directory that this process had when the server started, not those of the time of their start(), unless that asks for others.
///
/// A child by fork is a copy of the memory, mappings included, and not of the descriptors: an object there that holds one which the child
/// was not given as an argument is useless, and its number may become that of another file.
class Context {
 public:
  /// Throws std::invalid_argument when `method` is none, or is one without a fork server and the options have a preload or idle children.
  explicit Context(StartMethod method, ContextOptions options = {});
  /// By default_start_method().
  Context() : Context(default_start_method()) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  [[nodiscard]] StartMethod method() const noexcept { return method_; }

  /// Starts a child that calls the function registered as `entry` (PROBEREN_ENTRY) with copies of `args`, and ends with what it returns;
  /// void is 0, an exception is told on standard error and is 1. The types must be those of the function's parameters, exactly, except that
  /// text may be given for std::string. A process that the entry forks by itself, and that comes back out of it, ends in the same way; what
  /// it throws is told on standard error, but is no error() of the child's. Nothing is started, and
  ///  - std::invalid_argument is thrown, when no such entry is registered, or its parameters are of other types;
  ///  - std::logic_error, when main() has not called ipc::initialize(), which spawn and forkserver need;
  ///  - std::runtime_error, when the method is fork and this process has several threads, or forkserver and the server has, or when a
  ///    preload has failed in it;
  ///  - std::system_error, when the kernel refuses, when a Descriptor in `args` has been closed (bad_file_descriptor), or when a fork
  ///    server is given more of them than a message carries, 252, or 251 where the arguments are large (argument_list_too_long).
  template <class... Args>
  Process start(std::string_view entry, Args&&... args) {
    return start(StartOptions(), entry, std::forward<Args>(args)...);
  }

  /// The same, with options for this child.
  template <class... Args>
  Process start(const StartOptions& options, std::string_view entry, Args&&... args) {
    using Arguments = std::tuple<detail::Stored<Args>...>;
    const detail::Entry& found = find(entry, typeid(Arguments));
    Arguments arguments(std::forward<Args>(args)...);
    return launch(found, &arguments, options);
  }

 private:
  /// Does something else between begin() and finish().
  friend class detail::WorkerStarter;

  static const detail::Entry& find(std::string_view name, const std::type_info& arguments);
  Process launch(const detail::Entry& entry, void* arguments, const StartOptions& options);
  /// The first half of a start, which does not wait for a fork server that runs already. `arguments` stay until finish() gives the process.
  detail::PendingStart begin(const detail::Entry& entry, void* arguments, StartOptions options);
  /// The other half, which waits for it. Empty when it has died and another one has been asked: to be called again.
  std::optional<Process> finish(detail::PendingStart& pending);
  detail::Launched launch_fork(const detail::Entry& entry, void* arguments, const detail::Birth& birth, detail::Setup& setup);
  detail::Launched launch_spawn(const detail::Payload& payload, detail::Setup& setup);
  void ask_server(detail::PendingStart& pending);
  std::shared_ptr<detail::ForkServer> server();

  StartMethod method_;
  ContextOptions options_;
  std::mutex mutex_;
  std::shared_ptr<detail::ForkServer> server_;
};

}  // namespace proberen::ipc
