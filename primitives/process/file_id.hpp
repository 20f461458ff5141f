/// What an open file is, whatever number or path it has at the moment.
#pragma once

#include <optional>

#include <sys/stat.h>

namespace proberen::ipc::detail {

/// No other file has it while this one is open, or bound.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const FileId&, const FileId&) = default;
};

/// Of what has the path, which may be a link; empty when there is nothing.
inline std::optional<FileId> file_id_at(const char* path) noexcept {
  struct stat status {};
  if (::lstat(path, &status) != 0) return std::nullopt;
  return FileId{status.st_dev, status.st_ino};
}

/// Of what `number` is open on; empty when it is not open.
inline std::optional<FileId> file_id_of(int number) noexcept {
  struct stat status {};
  if (::fstat(number, &status) != 0) return std::nullopt;
  return FileId{status.st_dev, status.st_ino};
}

}  // namespace proberen::ipc::detail
