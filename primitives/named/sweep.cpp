#include "proberen/ipc/sweep.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "primitives/named/named_file.hpp"

namespace proberen::ipc {
namespace {

using State = NamedFile::State;

/// Looks at the open file. When it is left, this process holds its lock, so that nobody becomes an owner while `file` is open.
NamedFile classify(const Descriptor& file, Resource resource) {
  const std::optional<detail::NamedHeader> header = detail::read_header(file);
  if (!header) return {std::move(resource), State::foreign, "has no header of ours"};
  const std::string process = "process " + std::to_string(header->owner.pid);
  // Whoever made it may have gone: it is there for others until they remove it.
  if (detail::is_persistent(*header) && detail::is_of_this_boot(header->owner)) {
    return {std::move(resource), State::persistent, "stays until it is removed, or a reboot; " + process + " made it"};
  }
  switch (detail::liveness_of(header->owner)) {
    case detail::Liveness::kLives:
      return {std::move(resource), State::owned, process + " lives"};
    case detail::Liveness::kUnknown:
      return {std::move(resource), State::foreign, process + " belongs to another container"};
    case detail::Liveness::kDead:
      break;
  }
  if (detail::resumed([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) != 0)
    return {std::move(resource), State::owned, process + " is dead, but another owner lives"};
  return {std::move(resource), State::left, process + (detail::is_of_this_boot(header->owner) ? " is dead" : " was of an earlier boot")};
}

std::string entry_name(const std::filesystem::directory_entry& entry) { return entry.path().filename(); }

}  // namespace

std::vector<NamedFile> list_named_files() {
  std::vector<NamedFile> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(detail::kNamedFolder, error)) {
    if (!entry_name(entry).starts_with(detail::kNamedPrefix)) continue;
    const std::string path = entry.path();
    const Descriptor file = detail::open_file(path);
    if (!file && errno == ENOENT) continue;
    if (file) {
      files.push_back(classify(file, detail::resource_of(file, path)));
    } else {
      files.push_back({{path, 0, 0}, State::foreign, std::string("cannot be opened: ") + std::strerror(errno)});
    }
  }
  if (error) throw std::system_error(error, "cannot read /dev/shm");
  std::ranges::sort(files, {}, [](const NamedFile& file) -> const std::string& { return file.resource.path; });
  return files;
}

std::error_code remove_left(const NamedFile& named) try {
  const std::error_code not_left = std::make_error_code(std::errc::operation_not_permitted);
  const Descriptor file = detail::open_file(named.resource.path);
  if (!file) return errno == ENOENT ? std::error_code() : std::error_code(errno, std::generic_category());
  const Resource found = detail::resource_of(file, named.resource.path);
  if (found != named.resource || classify(file, found).state != State::left) return not_left;
  if (::unlink(found.path.c_str()) != 0 && errno != ENOENT) return {errno, std::generic_category()};
  return {};
} catch (const std::system_error& error) {
  return error.code();
}

}  // namespace proberen::ipc
