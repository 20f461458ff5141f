#include "proberen/detail/stop.hpp"

#include <cerrno>
#include <cstdint>

#include <unistd.h>

#include "proberen/native_platform.hpp"

namespace proberen::detail {
namespace {

thread_local StopScope* innermost = nullptr;

void make_readable(int event) noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event, &one, sizeof one);  // refused where it is readable already
}

}  // namespace

StopScope::StopScope(const std::stop_token& token) : outer_(innermost) {
  callback_.emplace(token, Request{this});
  innermost = this;
}

StopScope::~StopScope() {
  innermost = outer_;
  callback_.reset();  // waits for one that runs; only then is the descriptor nobody's
  if (const int event = descriptor(); event >= 0) ::close(event);
}

StopScope* StopScope::current() noexcept { return innermost; }

bool is_stopped(Deadline deadline) noexcept { return deadline != kForever && innermost != nullptr && innermost->requested(); }

// (1) acquire: synchronizes with the release (2)
bool StopScope::requested() const noexcept { return word_.load(std::memory_order_acquire) != 0; }

void StopScope::watch(int event) noexcept {
  // (3) seq_cst, with (4): the request finds the descriptor, or is found after it is there.
  descriptor_.store(event, std::memory_order_seq_cst);
  if (word_.load(std::memory_order_seq_cst) != 0) make_readable(event);
}

void StopScope::Request::operator()() const noexcept {
  const int saved_errno = errno;
  // (2) release: synchronizes with the acquire (1)
  // (4) seq_cst, with (3)
  scope->word_.store(1, std::memory_order_seq_cst);
  futex_wake(&scope->word_, kWakeAll, Scope::kProcessPrivate);
  if (const int event = scope->descriptor_.load(std::memory_order_seq_cst); event >= 0) make_readable(event);
  errno = saved_errno;
}

}  // namespace proberen::detail
