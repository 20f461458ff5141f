#include "proberen/ipc/detail/named_memory.hpp"

#include <cstring>
#include <utility>

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "primitives/named/named_file.hpp"

namespace proberen::ipc::detail {
namespace {

std::size_t file_size(const NamedObject& object) { return sizeof(NamedHeader) + object.size; }

/// A file without a name, all of its memory reserved: whoever dies now leaves nothing, and nobody dies of SIGBUS later.
Descriptor nameless_file(const NamedObject& object, mode_t mode, const std::string& path) {
  Descriptor file(above_standard(resumed([&] { return ::open(kNamedFolder.data(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode & 0777); })));
  if (!file) throw_errno("cannot create '" + path + "'");
  if (!may_have_file_of(file_size(object))) throw_errno("cannot reserve memory for '" + path + "'");
  int error = 0;
  do {
    error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(file_size(object)));
  } while (error == EINTR);
  if (error != 0) throw_error(error, "cannot reserve memory for '" + path + "'");
  return file;
}

[[noreturn]] void throw_foreign(const std::string& path) { throw_error(EINVAL, "'" + path + "' is not what it is opened as"); }

NamedHeader require_header(const Descriptor& file, const std::string& path, const NamedObject& object) {
  const std::optional<NamedHeader> header = read_header(file);
  struct stat status {};
  if (!header || ::fstat(file.get(), &status) != 0) throw_foreign(path);
  const std::size_t size = file_size(object);
  if (header->kind != object.kind || header->size != size || static_cast<std::size_t>(status.st_size) < size) throw_foreign(path);
  return *header;
}

bool has_name(const Resource& resource) {
  struct stat status {};
  return ::lstat(resource.path.c_str(), &status) == 0 && status.st_dev == resource.device && status.st_ino == resource.inode;
}

}  // namespace

NamedMemory NamedMemory::map(const Descriptor& file, std::size_t size) {
  void* const data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (data == MAP_FAILED) throw_errno("cannot map a named file");
  NamedMemory memory;
  memory.data_ = data;
  memory.size_ = size;
  return memory;
}

void* NamedMemory::object() const noexcept { return static_cast<char*>(data_) + sizeof(NamedHeader); }

void NamedMemory::own(Descriptor&& file, const Resource& resource) {
  lock_ = std::move(file);
  resource_ = resource;
  owner_ = ::getpid();
}

/// False when there is such a name.
bool NamedMemory::try_create(NamedMemory& memory, const std::string& path, const NamedObject& object, std::int64_t value,
                             NamedOptions options) {
  const bool owned = options.lifetime == Lifetime::owned;
  const NamedHeader header = make_header(object.kind, file_size(object), owned ? tracker::token() : "");
  Descriptor file = nameless_file(object, options.mode, path);
  NamedMemory made = map(file, header.size);
  std::memcpy(made.data_, &header, sizeof header);
  object.construct(made.object(), value);
  const Resource resource = resource_of(file, path);
  if (!owned) {
    if (!publish<Untracked>(file, resource)) return false;
  } else {
    if (resumed([&] { return ::flock(file.get(), LOCK_SH); }) != 0) throw_errno("cannot lock '" + path + "'");
    if (!publish<TrackedFirst>(file, resource)) return false;
    made.own(std::move(file), resource);
  }
  memory = std::move(made);
  return true;
}

/// False when there is no such name.
bool NamedMemory::try_open(NamedMemory& memory, const std::string& path, const NamedObject& object, bool become_owner) {
  for (;;) {
    Descriptor file = open_file(path);
    if (!file) {
      if (errno == ENOENT) return false;
      if (errno == ELOOP || errno == EISDIR || errno == ENXIO) throw_foreign(path);
      throw_errno("cannot open '" + path + "'");
    }
    const NamedHeader header = require_header(file, path, object);
    NamedMemory opened = map(file, header.size);
    const bool owned = become_owner && !is_persistent(header) && tracker::token() == header.token;
    if (owned) {
      const Resource resource = resource_of(file, path);
      if (resumed([&] { return ::flock(file.get(), LOCK_SH); }) != 0) throw_errno("cannot lock '" + path + "'");
      tracker::intend(resource);
      tracker::confirm(resource);
      opened.own(std::move(file), resource);
      // Its last owner may have gone just before: then this one owns a file without a name.
      if (!has_name(resource)) continue;
    }
    memory = std::move(opened);
    return true;
  }
}

NamedMemory NamedMemory::create(std::string_view name, const NamedObject& object, std::int64_t value, NamedOptions options) {
  const std::string path = path_of(name);
  NamedMemory memory;
  if (!try_create(memory, path, object, value, options)) throw_error(EEXIST, "cannot create '" + path + "'");
  return memory;
}

NamedMemory NamedMemory::open(std::string_view name, const NamedObject& object) {
  const std::string path = path_of(name);
  NamedMemory memory;
  if (!try_open(memory, path, object, false)) throw_error(ENOENT, "cannot open '" + path + "'");
  return memory;
}

NamedMemory NamedMemory::open_or_create(std::string_view name, const NamedObject& object, std::int64_t value, NamedOptions options) {
  const std::string path = path_of(name);
  NamedMemory memory;
  // Others may create and remove it meanwhile. Each round that fails is somebody else's success.
  while (!try_open(memory, path, object, options.lifetime == Lifetime::owned) && !try_create(memory, path, object, value, options)) {
  }
  return memory;
}

void NamedMemory::remove(std::string_view name) {
  const std::string path = path_of(name);
  struct stat status {};
  const bool known = ::lstat(path.c_str(), &status) == 0;
  if (::unlink(path.c_str()) != 0) {
    // Of a folder where only a file's user may remove it; sem_unlink(3) says the same.
    throw_error(errno == EPERM ? EACCES : errno, "cannot remove '" + path + "'");
  }
  if (known) tracker::forget({path, status.st_dev, status.st_ino});
}

void NamedMemory::swap(NamedMemory& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(lock_, other.lock_);
  std::swap(resource_, other.resource_);
  std::swap(owner_, other.owner_);
}

NamedMemory::NamedMemory(NamedMemory&& other) noexcept { swap(other); }

NamedMemory& NamedMemory::operator=(NamedMemory&& other) noexcept {
  NamedMemory(std::move(other)).swap(*this);
  return *this;
}

NamedMemory::~NamedMemory() {
  if (owner_ != 0 && owner_ == ::getpid()) tracker::release(resource_);
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace proberen::ipc::detail
