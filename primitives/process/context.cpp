#include "proberen/ipc/context.hpp"

#include <cxxabi.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <unistd.h>

#include "primitives/process/child.hpp"
#include "primitives/process/children.hpp"
#include "primitives/process/fork_server.hpp"
#include "primitives/process/launch.hpp"
#include "primitives/process/payload.hpp"
#include "primitives/process/setup.hpp"
#include "proberen/ipc/tracker.hpp"

namespace proberen::ipc {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
}

/// The types of a tuple as people write them: `(int, std::string)`.
std::string list_types(const std::type_info& tuple) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> demangled(abi::__cxa_demangle(tuple.name(), nullptr, nullptr, &status), &std::free);
  std::string text = demangled ? demangled.get() : tuple.name();
  replace_all(text, "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string");
  replace_all(text, " >", ">");
  if (text.starts_with("std::tuple<") && text.ends_with('>')) {
    text = '(' + text.substr(std::string_view("std::tuple<").size());
    text.back() = ')';
  }
  return text;
}

/// A child of another environment has the same resource tracker, unless that names one.
void keep_family(Environment& environment) {
  if (const char* const token = std::getenv(tracker::kTokenVariable)) environment.emplace(tracker::kTokenVariable, token);
}

}  // namespace

Context::Context(StartMethod method, ContextOptions options) : method_(method), options_(std::move(options)) {
  detail::require_known(method);
  if (method_ == StartMethod::forkserver) return;
  if (!options_.preload.empty()) throw std::invalid_argument("a preload needs a fork server");
  if (options_.idle_children > 0) throw std::invalid_argument("idle children need a fork server");
}
Context::~Context() = default;

const detail::Entry& Context::find(std::string_view name, const std::type_info& arguments) {
  const detail::Entry* const entry = detail::find_entry(name);
  if (entry == nullptr) throw std::invalid_argument("no entry is registered as '" + std::string(name) + "'");
  if (entry->arguments != arguments) {
    throw std::invalid_argument("entry '" + std::string(name) + "' takes " + list_types(entry->arguments) + " but was given " +
                                list_types(arguments));
  }
  return *entry;
}

std::shared_ptr<detail::ForkServer> Context::server() {
  const std::scoped_lock lock(mutex_);
  if (server_ && server_->usable()) return server_;
  for (const std::string& name : options_.preload) (void)find(name, typeid(std::tuple<>));
  server_.reset();
  server_ = std::make_shared<detail::ForkServer>(detail::ServerOptions{options_.preload, options_.idle_children});
  return server_;
}

void Context::ask_server(detail::PendingStart& pending) {
  // Twice, since the server may have been killed before; a server that dies again is killed by what we ask.
  while (pending.attempts < 2) {
    ++pending.attempts;
    pending.server = server();
    if (std::optional<detail::AskedChild> asked = pending.server->ask(pending.payload)) {
      pending.asked = std::move(*asked);
      return;
    }
  }
  throw std::system_error(ECONNRESET, std::generic_category(), "the fork server died twice while starting a process");
}

detail::Launched Context::launch_fork(const detail::Entry& entry, void* arguments, const detail::Birth& birth, detail::Setup& setup) {
  if (const int threads = options_.allow_fork_with_threads ? 1 : detail::count_threads(); threads > 1) {
    throw std::runtime_error("this process has " + std::to_string(threads) +
                             " threads, those of the library's timer service and pools included: a fork would copy the locks that they "
                             "hold; use spawn or forkserver");
  }
  return detail::launch_fork(entry, arguments, birth, setup);
}

detail::Launched Context::launch_spawn(const detail::Payload& payload, detail::Setup& setup) {
  Descriptor file = detail::write_memory_file(payload.bytes);
  std::vector<int> descriptors{file.get()};
  descriptors.insert(descriptors.end(), payload.descriptors.begin(), payload.descriptors.end());
  detail::Launched launched = detail::launch_self(detail::kSpawnRole, descriptors, setup, options_.keep_descriptors);
  launched.last_words = detail::LastWords::in_file(std::move(file), payload.bytes.size());
  return launched;
}

detail::PendingStart Context::begin(const detail::Entry& entry, void* arguments, StartOptions options) {
  detail::reap_detached();
  if (options.environment) keep_family(*options.environment);
  detail::Setup setup(options);
  detail::Birth birth = detail::next_birth(options_.name, method_);
  birth.die_with_parent = options_.die_with_parent;
  birth.keep_descriptors = options_.keep_descriptors;
  detail::PendingStart pending;
  pending.name = birth.name;
  pending.on_destroy = options.on_destroy;
  if (method_ == StartMethod::fork) {
    pending.launched = launch_fork(entry, arguments, birth, setup);
    return pending;
  }
  if (!detail::is_initialized()) {
    throw std::logic_error("call proberen::ipc::initialize(argc, argv) first in main: a child would run main again");
  }
  const bool by_server = method_ == StartMethod::forkserver;
  pending.payload = detail::encode(entry, arguments, birth, by_server && !setup.empty() ? detail::to_bytes(options) : "");
  detail::require_open(pending.payload.descriptors);
  if (by_server) {
    ask_server(pending);
  } else {
    pending.launched = launch_spawn(pending.payload, setup);
  }
  return pending;
}

std::optional<Process> Context::finish(detail::PendingStart& pending) {
  if (pending.server) {
    std::optional<detail::Launched> launched = pending.server->answer(std::move(pending.asked));
    if (!launched) {
      ask_server(pending);
      return std::nullopt;
    }
    pending.launched = std::move(*launched);
  }
  pending.launched.name = pending.name;
  pending.launched.on_destroy = pending.on_destroy;
  return Process(std::move(pending.launched));
}

Process Context::launch(const detail::Entry& entry, void* arguments, const StartOptions& options) {
  detail::PendingStart pending = begin(entry, arguments, options);
  std::optional<Process> process;
  while (!process) process = finish(pending);
  return std::move(*process);
}

}  // namespace proberen::ipc
