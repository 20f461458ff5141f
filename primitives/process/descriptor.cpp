#include "proberen/ipc/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "primitives/process/system_call.hpp"

namespace proberen::ipc {

void Descriptor::reset(int number) noexcept {
  const int saved_errno = errno;
  // Never again after EINTR: Linux has released the number, and another thread may have it by now.
  if (number_ >= 0) ::close(number_);
  errno = saved_errno;
  number_ = number;
}

Descriptor Descriptor::duplicate() const {
  const int copy = detail::above_standard(::fcntl(number_, F_DUPFD_CLOEXEC, 0));
  if (copy < 0) detail::throw_errno("cannot duplicate a descriptor");
  return Descriptor(copy);
}

}  // namespace proberen::ipc
