#include "proberen/ipc/detail/robust_list.hpp"

#include <cerrno>
#include <system_error>

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proberen/detail/robust_core.hpp"

namespace proberen::ipc::detail {
namespace {

constexpr long kPlace = 2 * sizeof(std::uint32_t) + offsetof(RobustLinks, place);

// The layout is that of glibc's mutex, since the list is shared with it; and the names of the bits are the kernel's.
static_assert(kPlace == offsetof(pthread_mutex_t, __data.__list.__next) - offsetof(pthread_mutex_t, __data.__lock));
static_assert(offsetof(RobustLinks, place) - offsetof(RobustLinks, previous) ==
              offsetof(pthread_mutex_t, __data.__list.__next) - offsetof(pthread_mutex_t, __data.__list.__prev));
static_assert(sizeof(RobustHead) == sizeof(robust_list_head) &&
              offsetof(RobustHead, pending) == offsetof(robust_list_head, list_op_pending));
static_assert(proberen::detail::kWaiters == FUTEX_WAITERS && proberen::detail::kOwnerDied == FUTEX_OWNER_DIED &&
              proberen::detail::kOwner == FUTEX_TID_MASK);

/// futex(2) with an operand for `word` itself: `operation` on it and a wake of up to `count`, in one step. Keeps errno.
void change_and_wake(std::atomic<std::uint32_t>& word, std::uint32_t operation, std::uint32_t operand, long count) noexcept {
  // More would be woken if the old value were 0, which it is not: it holds our number.
  const std::uint32_t encoded = operation << 28 | std::uint32_t{FUTEX_OP_CMP_EQ} << 24 | operand << 12;
  const int saved_errno = errno;
  ::syscall(SYS_futex, &word, FUTEX_WAKE_OP, count, 0L, &word, encoded);
  errno = saved_errno;
}

void forget_thread() noexcept { robust_thread = {nullptr, 0}; }

/// In the child of a fork the thread has another number, and glibc has emptied its list.
[[maybe_unused]] const int forgets_in_child = ::pthread_atfork(nullptr, nullptr, &forget_thread);

}  // namespace

void find_robust_list() {
  robust_list_head* head = nullptr;
  std::size_t size = 0;
  const bool found = ::syscall(SYS_get_robust_list, 0, &head, &size) == 0 && head != nullptr && size == sizeof *head;
  if (!found || head->futex_offset != -kPlace) {
    throw std::system_error(std::make_error_code(std::errc::not_supported), "this thread has no list of robust futexes of glibc's layout");
  }
  robust_thread = {reinterpret_cast<RobustHead*>(head), static_cast<std::uint32_t>(::gettid())};
}

bool RobustKernel::has_sleepers(Word& word, std::uint32_t expected) noexcept {
  // Moves at most one sleeper from the word to the word, and says how many it has moved.
  const int saved_errno = errno;
  const long moved = ::syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE, 0L, 1L, &word, expected);
  errno = saved_errno;
  return moved != 0;
}

void RobustKernel::pass_on(Word& word) noexcept { change_and_wake(word, FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT, 31, 1); }
void RobustKernel::open_to_all(Word& word) noexcept { change_and_wake(word, FUTEX_OP_SET, 0, proberen::kWakeAll); }

}  // namespace proberen::ipc::detail
