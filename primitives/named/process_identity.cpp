#include "primitives/named/process_identity.hpp"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// The first bytes of a small file; empty when there is none. Throws std::system_error: for want of descriptors nobody must be taken for
/// dead.
std::string read_start(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char text[1024];
  const ssize_t size = file ? resumed([&] { return ::read(file.get(), text, sizeof text); }) : -1;
  if (size >= 0) return {text, static_cast<std::size_t>(size)};
  // ESRCH: of a process that has ended since the file was opened.
  if (errno != ENOENT && errno != ESRCH) throw_errno("cannot read '" + path + "'");
  return {};
}

std::optional<std::uint64_t> start_ticks_of(pid_t pid) {
  const std::string stat = read_start("/proc/" + std::to_string(pid) + "/stat");
  // The name, field 2, may hold blanks and parentheses; after its end come fields 3 and on, each behind a blank.
  std::size_t at = stat.rfind(')');
  for (int field = 3; at != std::string::npos && field <= 22; ++field) at = stat.find(' ', at + 1);
  if (at == std::string::npos) return std::nullopt;
  return std::strtoull(stat.c_str() + at, nullptr, 10);
}

const std::string& boot_id() {
  static const std::string* const text = new std::string(read_start("/proc/sys/kernel/random/boot_id").substr(0, 36));
  return *text;
}

std::uint64_t pid_namespace() {
  struct stat status {};
  return ::stat("/proc/self/ns/pid", &status) == 0 ? status.st_ino : 0;
}

}  // namespace

ProcessIdentity this_process() {
  static std::mutex mutex;
  static ProcessIdentity cached{};
  const pid_t pid = ::getpid();
  const std::scoped_lock lock(mutex);
  if (cached.pid == pid) return cached;
  const std::optional<std::uint64_t> start = start_ticks_of(pid);
  if (!start || boot_id().empty()) throw_error(ENOENT, "cannot tell who this process is: is /proc mounted?");
  ProcessIdentity identity{};
  boot_id().copy(identity.boot, sizeof identity.boot - 1);
  identity.pid_namespace = pid_namespace();
  identity.start_ticks = *start;
  identity.pid = pid;
  cached = identity;
  return identity;
}

bool has_ended(int pidfd) noexcept {
  pollfd ended{pidfd, POLLIN, 0};
  return resumed([&] { return ::poll(&ended, 1, 0); }) == 1;
}

bool is_of_this_boot(const ProcessIdentity& process) {
  return boot_id() == std::string_view(process.boot, ::strnlen(process.boot, sizeof process.boot));
}

Descriptor hold_process(const ProcessIdentity& process) {
  if (!is_of_this_boot(process) || process.pid_namespace != pid_namespace() || process.pid <= 0) return {};
  Descriptor pidfd(open_pidfd(process.pid));
  // The start is looked at after the pidfd is there: from then on the number belongs to that process.
  // The number may be a thread's by now (EINVAL, or ENOENT); another error tells nothing of the process.
  if (!pidfd && errno != ESRCH && errno != EINVAL && errno != ENOENT) throw_errno("cannot hold process " + std::to_string(process.pid));
  if (!pidfd || start_ticks_of(process.pid) != process.start_ticks || has_ended(pidfd.get())) return {};
  return pidfd;
}

Liveness liveness_of(const ProcessIdentity& process) {
  if (!is_of_this_boot(process)) return Liveness::kDead;
  if (process.pid_namespace != pid_namespace()) return Liveness::kUnknown;
  return hold_process(process) ? Liveness::kLives : Liveness::kDead;
}

}  // namespace proberen::ipc::detail
