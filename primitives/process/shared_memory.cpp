#include "proberen/ipc/shared_memory.hpp"

#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "primitives/process/system_call.hpp"

namespace proberen::ipc {

SharedMemory::SharedMemory(Descriptor descriptor, std::size_t size) : descriptor_(std::move(descriptor)), size_(size) {
  data_ = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_.get(), 0);
  if (data_ == MAP_FAILED) detail::throw_errno("cannot map " + std::to_string(size) + " bytes of shared memory");
}

SharedMemory SharedMemory::create(std::size_t size) {
  if (size == 0) throw std::invalid_argument("shared memory needs a size above 0");
  Descriptor descriptor(detail::above_standard(::memfd_create("proberen", MFD_CLOEXEC | MFD_ALLOW_SEALING)));
  if (!descriptor) detail::throw_errno("cannot create shared memory");
  if (!detail::may_have_file_of(size) || ::ftruncate(descriptor.get(), static_cast<off_t>(size)) != 0) {
    detail::throw_errno("cannot reserve " + std::to_string(size) + " bytes of shared memory");
  }
  // Whoever could shrink it could make every other process die of SIGBUS.
  if (::fcntl(descriptor.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    detail::throw_errno("cannot seal shared memory");
  return {std::move(descriptor), size};
}

SharedMemory SharedMemory::map(Descriptor descriptor) {
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) detail::throw_errno("cannot map shared memory");
  return {std::move(descriptor), static_cast<std::size_t>(status.st_size)};
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : descriptor_(std::move(other.descriptor_)), data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace proberen::ipc
