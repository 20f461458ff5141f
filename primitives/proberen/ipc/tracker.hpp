/// The resource tracker: a helper process that removes names whose owners are dead, whoever killed them.
///
/// It is this executable, run again, so main() has to call ipc::initialize() first. The first process of a family that asks for tracking
/// starts it; a family is a process and its descendants, by any start method, which find the tracker by the abstract socket named in the
/// environment variable PROBEREN_TRACKER, set by initialize(). A process that clears it afterwards keeps its family; a program that it runs,
/// a child by spawn included, then begins one of its own. The tracker ignores SIGINT and SIGTERM, ends with the last process that has used it,
/// and is nobody's child, so nobody has to wait for it. Killed, it is started again at the next use, with a warning on standard error;
/// names of owners that live are found again by the headers of their files.
///
/// An owner is a process. It says what it will create before it does, so that there is no moment at which its death leaves a name behind.
/// What the tracker removes, and what was removed already by somebody else, it tells on standard error, one line each.
///
/// Limits: looking at a name and removing it are two steps, so a name that others remove and create again within these microseconds may be
/// lost. After the tracker was killed, a name that has several owners may outlive them by a second, and stays while its creator lives.
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace proberen::ipc {

/// A file to be removed by its path, if it is still that very file. tmpfs does not use an inode number again.
struct Resource {
  std::string path;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  friend bool operator==(const Resource&, const Resource&) = default;
};

namespace tracker {

/// Of a path, in bytes.
inline constexpr std::size_t kLongestPath = 512;

/// The environment variable that names the family's tracker: up to 32 letters and digits.
inline constexpr const char* kTokenVariable = "PROBEREN_TRACKER";

/// This process is an owner of `resource`, which need not have its name yet. Returns when the tracker knows. Each call counts.
/// Throws std::system_error: filename_too_long for a path above kLongestPath, timed_out when the tracker does not answer, and what the
/// kernel refuses; std::logic_error when main() has not called ipc::initialize().
void intend(const Resource& resource);

/// `resource` has its name: from now on it is told of when somebody else removes it.
void confirm(const Resource& resource) noexcept;

/// This process has one claim less. With the last claim of the last owner the name is removed, before the call returns; it waits for the
/// tracker a second at most.
void release(const Resource& resource) noexcept;

/// This process has removed the name, or never gave it: nobody owns it any more.
void forget(const Resource& resource) noexcept;

/// The number of the tracker that serves this process, for people to read; starts one where there is none. Throws as intend().
[[nodiscard]] pid_t process();

/// The token of this process's family. Throws as intend().
[[nodiscard]] std::string token();

}  // namespace tracker
}  // namespace proberen::ipc
