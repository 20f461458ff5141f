#include "primitives/process/identity.hpp"

#include <cstdint>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include <unistd.h>

#include "primitives/process/children.hpp"
#include "primitives/process/parent_watch.hpp"
#include "primitives/process/system_call.hpp"
#include "proberen/ipc/identity.hpp"

namespace proberen::ipc {
namespace detail {

/// This process.
struct Self {
  std::mutex mutex;
  /// Only of one that a Context has started.
  std::optional<Birth> birth;
  unsigned children = 0;
  std::optional<StartMethod> default_method;
  /// Opened when it is first asked for.
  Descriptor parent;
  /// Given to join_before_end() in this process: a copy that it forks by itself has none of them.
  std::vector<std::thread> threads;
  pid_t pid = -1;
  /// Who the process was that this one was copied from.
  Self* forgotten = nullptr;
};

namespace {

/// Leaked, so that it outlives everything that may ask.
Self*& self() {
  static Self* one = new Self;
  return one;
}

/// What Birth is on its way, in front of its texts.
struct Fixed {
  std::uint32_t name_size;
  std::uint32_t place_size;
  std::uint32_t parent_name_size;
  pid_t parent_pid;
  StartMethod method;
  std::int32_t default_method;
  bool die_with_parent;
  bool keep_descriptors;
};

std::string_view take(std::string_view& bytes, std::size_t size) {
  const std::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(taken.size());
  return taken;
}

int parent_pidfd(Self& me) {
  if (!me.parent) me.parent = hold_parent(me.birth->parent_pid);
  return me.parent.get();
}

}  // namespace

std::string Birth::bytes() const {
  Fixed fixed{};
  fixed.name_size = static_cast<std::uint32_t>(name.size());
  fixed.place_size = static_cast<std::uint32_t>(place.size());
  fixed.parent_name_size = static_cast<std::uint32_t>(parent_name.size());
  fixed.parent_pid = parent_pid;
  fixed.method = method;
  fixed.default_method = default_method ? static_cast<std::int32_t>(*default_method) : -1;
  fixed.die_with_parent = die_with_parent;
  fixed.keep_descriptors = keep_descriptors;
  std::string bytes(reinterpret_cast<const char*>(&fixed), sizeof fixed);
  return bytes.append(name).append(place).append(parent_name);
}

Birth Birth::from_bytes(std::string_view bytes) {
  Fixed fixed{};
  if (bytes.size() < sizeof fixed) throw std::runtime_error("what the creator said about this process is incomplete");
  std::memcpy(&fixed, take(bytes, sizeof fixed).data(), sizeof fixed);
  Birth birth;
  birth.name = take(bytes, fixed.name_size);
  birth.place = take(bytes, fixed.place_size);
  birth.parent_name = take(bytes, fixed.parent_name_size);
  birth.parent_pid = fixed.parent_pid;
  birth.method = fixed.method;
  if (fixed.default_method >= 0) birth.default_method = static_cast<StartMethod>(fixed.default_method);
  birth.die_with_parent = fixed.die_with_parent;
  birth.keep_descriptors = fixed.keep_descriptors;
  return birth;
}

void require_known(StartMethod method) {
  for (const StartMethod known : all_start_methods()) {
    if (method == known) return;
  }
  throw std::invalid_argument(std::to_string(static_cast<int>(method)) + " is no start method");
}

Birth next_birth(const std::string& prefix, StartMethod method) {
  Self& me = *self();
  const std::scoped_lock lock(me.mutex);
  Birth birth;
  birth.place = (me.birth ? me.birth->place + ':' : "") + std::to_string(++me.children);
  birth.name = prefix + '-' + birth.place;
  birth.parent_name = me.birth ? me.birth->name : "MainProcess";
  birth.parent_pid = ::getpid();
  birth.method = method;
  birth.default_method = me.default_method;
  return birth;
}

// New objects: the old ones' mutexes may be held by a thread that is not in the child, and their descriptors are closed already.
Life::Life(Birth birth) : self_(std::make_unique<Self>()), children_(no_children()) {
  self_->forgotten = self();
  self_->default_method = birth.default_method;
  self_->birth = std::move(birth);
}

Life::~Life() = default;

void Life::begin(Descriptor parent) {
  forget_children(std::move(children_));
  forget_watch_thread();
  Self& me = *self_.release();
  self() = &me;
  me.pid = ::getpid();
  if (parent) me.parent = std::move(parent);
  if (me.birth->die_with_parent) die_with(parent_pidfd(me));
}

void join_threads() noexcept {
  Self& me = *self();
  if (me.pid != ::getpid()) return;
  for (std::unique_lock lock(me.mutex); !me.threads.empty(); lock.lock()) {
    std::thread thread = std::move(me.threads.back());
    me.threads.pop_back();
    lock.unlock();
    thread.join();
  }
}

}  // namespace detail

ProcessIdentity current_process() {
  const detail::Self& me = *detail::self();
  return {me.birth ? me.birth->name : "MainProcess", ::getpid()};
}

std::optional<StartMethod> current_start_method() {
  const detail::Self& me = *detail::self();
  if (!me.birth) return std::nullopt;
  return me.birth->method;
}

std::optional<ParentProcess> parent_process() {
  detail::Self& me = *detail::self();
  const std::scoped_lock lock(me.mutex);
  if (!me.birth) return std::nullopt;
  return ParentProcess{me.birth->parent_name, me.birth->parent_pid, detail::parent_pidfd(me)};
}

bool ParentProcess::ended_by(Deadline deadline) const { return detail::ended_by(sentinel, deadline); }

void join_before_end(std::thread thread) {
  if (!thread.joinable()) throw std::invalid_argument("join_before_end() needs a thread that can be joined");
  detail::Self& me = *detail::self();
  const std::scoped_lock lock(me.mutex);
  if (!me.birth) throw std::logic_error("join_before_end() is for processes that a Context has started");
  me.threads.push_back(std::move(thread));
}

void set_default_start_method(StartMethod method) {
  detail::require_known(method);
  detail::Self& me = *detail::self();
  const std::scoped_lock lock(me.mutex);
  if (me.default_method) {
    throw std::logic_error("the default start method is " + std::string(to_string(*me.default_method)) + " already, and is set once");
  }
  me.default_method = method;
}

StartMethod default_start_method() {
  detail::Self& me = *detail::self();
  const std::scoped_lock lock(me.mutex);
  if (!me.default_method) me.default_method = StartMethod::forkserver;
  return *me.default_method;
}

}  // namespace proberen::ipc
