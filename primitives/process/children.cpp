#include "primitives/process/children.hpp"

#include <mutex>
#include <utility>

#include <poll.h>
#include <sys/wait.h>

#include "primitives/process/system_call.hpp"

namespace proberen::ipc {
namespace detail {

struct Listed {
  int pidfd;
  pid_t pid;
  std::string name;
};

struct Detached {
  Descriptor pidfd;
  LastWords words;
};

struct Children {
  std::mutex mutex;
  std::vector<Listed> listed;
  std::vector<Detached> detached;
  /// What this process was copied from had these.
  Children* forgotten = nullptr;
};

namespace {

/// Leaked, so that it outlives every Process.
Children*& children() {
  static Children* all = new Children;
  return all;
}

bool reap_if_ended(const Detached& child) {
  siginfo_t info{};
  const int outcome = ::waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), &info, WEXITED | WNOHANG);
  return outcome != 0 || info.si_pid != 0;
}

}  // namespace

void DeleteChildren::operator()(Children* unused) const noexcept { delete unused; }

void list_child(int pidfd, pid_t pid, const std::string& name) {
  Children& all = *children();
  const std::scoped_lock lock(all.mutex);
  all.listed.push_back({pidfd, pid, name});
}

void unlist_child(int pidfd) noexcept {
  Children& all = *children();
  const std::scoped_lock lock(all.mutex);
  std::erase_if(all.listed, [&](const Listed& child) { return child.pidfd == pidfd; });
}

void adopt_detached(Descriptor pidfd, LastWords words) {
  Children& all = *children();
  const std::scoped_lock lock(all.mutex);
  all.detached.push_back({std::move(pidfd), std::move(words)});
}

void reap_detached() {
  Children& all = *children();
  const std::unique_lock lock(all.mutex, std::try_to_lock);
  if (lock) std::erase_if(all.detached, reap_if_ended);
}

NoChildren no_children() {
  // A new object: the old one's mutex may be held by a thread that is not in the copy.
  NoChildren fresh(new Children);
  fresh->forgotten = children();
  return fresh;
}

void forget_children(NoChildren fresh) noexcept { children() = fresh.release(); }

}  // namespace detail

std::vector<ProcessIdentity> active_children() {
  detail::Children& all = *detail::children();
  const std::scoped_lock lock(all.mutex);
  std::vector<pollfd> ended;
  ended.reserve(all.listed.size());
  for (const detail::Listed& child : all.listed) ended.push_back({child.pidfd, POLLIN, 0});
  if (detail::resumed([&] { return ::poll(ended.data(), ended.size(), 0); }) < 0) detail::throw_errno("cannot look at the children");
  std::vector<ProcessIdentity> active;
  for (std::size_t index = 0; index < ended.size(); ++index) {
    if (ended[index].revents == 0) active.push_back({all.listed[index].name, all.listed[index].pid});
  }
  return active;
}

}  // namespace proberen::ipc
