/// SharedMemory and Shared<T>: memory that several processes map.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "proberen/ipc/descriptor.hpp"
#include "proberen/scope.hpp"

namespace proberen::ipc {

/// Anonymous memory behind a descriptor (memfd_create(2)): it has no name, so nothing is left behind when the last process that maps it
/// ends, however it ends. Its size is sealed. Move-only; the mapping goes with the object.
class SharedMemory {
 public:
  /// `size` bytes of zeros. Throws std::invalid_argument for size 0, std::system_error when there is no memory.
  [[nodiscard]] static SharedMemory create(std::size_t size);

  /// Maps the memory behind `descriptor`, which came from duplicate_descriptor(), perhaps of another process. Throws std::system_error.
  [[nodiscard]] static SharedMemory map(Descriptor descriptor);

  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  [[nodiscard]] void* data() const noexcept { return data_; }
  /// In bytes.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// To be passed to another process. Throws std::system_error.
  [[nodiscard]] Descriptor duplicate_descriptor() const { return descriptor_.duplicate(); }

 private:
  SharedMemory(Descriptor descriptor, std::size_t size);

  Descriptor descriptor_;
  void* data_;
  std::size_t size_;
};

/// One T in SharedMemory. T must work at any address and need no destruction: `ipc::Lock`, `ipc::Semaphore`, std::atomic of an integer, and
/// structs of them. One that says that it is for a single process (scope.hpp), as `proberen::Lock` does, is refused.
template <class T>
class Shared {
  static_assert(!kIsProcessPrivate<T>, "this type works within one process only; what processes can share is in proberen::ipc");
  static_assert(kIsProcessPrivate<T> || std::is_trivially_destructible_v<T>, "nobody knows which process would have to destroy it");

 public:
  /// Throws as SharedMemory::create(), and what T's constructor throws.
  template <class... Args>
  [[nodiscard]] static Shared create(Args&&... args) {
    SharedMemory memory = SharedMemory::create(sizeof(T));
    ::new (memory.data()) T(std::forward<Args>(args)...);
    return Shared(std::move(memory));
  }

  /// The T that another process created. Throws as SharedMemory::map(), and std::bad_alloc when the memory is too small for a T.
  [[nodiscard]] static Shared map(Descriptor descriptor) {
    SharedMemory memory = SharedMemory::map(std::move(descriptor));
    if (memory.size() < sizeof(T)) throw std::bad_alloc();
    return Shared(std::move(memory));
  }

  [[nodiscard]] T& operator*() const noexcept { return *get(); }
  [[nodiscard]] T* operator->() const noexcept { return get(); }
  [[nodiscard]] Descriptor duplicate_descriptor() const { return memory_.duplicate_descriptor(); }

 private:
  explicit Shared(SharedMemory memory) noexcept : memory_(std::move(memory)) {}
  T* get() const noexcept { return std::launder(static_cast<T*>(memory_.data())); }

  SharedMemory memory_;
};

}  // namespace proberen::ipc
