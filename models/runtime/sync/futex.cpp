// The futex operations of explored threads are the engine's queues.
//
// Not modelled: FUTEX_WAKE_OP, priority inheritance, futex_waitv(2) with a word between which and another one sleepers are moved. They end
// the exploration, and say so.

#include "models/runtime/sync/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <span>

#include "models/runtime/call.hpp"
#include "models/runtime/heap.hpp"
#include "models/runtime/libc/unsupported.hpp"
#include "models/runtime/program.hpp"
#include "models/runtime/sync/buckets.hpp"
#include "models/runtime/sync/clock.hpp"

namespace proberen::runtime {
namespace {

long refuse(int error) {
  errno = error;
  return -1;
}

/// When a wait may end by itself, in the fiber's own time.
std::int64_t deadline_of(int operation, const timespec* timeout) {
  if ((operation & FUTEX_CMD_MASK) == FUTEX_WAIT) return current->clock_ns + duration_ns(timeout);
  return deadline_ns((operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC, timeout);
}

long wait(const CallArguments& arguments, unsigned bits, Site site) {
  const auto address = static_cast<std::uintptr_t>(arguments.values[0]);
  const int operation = static_cast<int>(arguments.values[1]);
  const auto expected = static_cast<unsigned>(arguments.values[2]);
  const auto* const timeout = reinterpret_cast<const timespec*>(arguments.values[3]);
  if (bits == 0 || (timeout != nullptr && !is_time(timeout))) return refuse(EINVAL);
  current->futex = address;
  current->futex_bits = bits;
  heap_check(address, 4, false, site);
  // The kernel looks and goes to sleep under one lock, with full barriers around it.
  const std::uintptr_t queue = bucket_of(address);
  if (!engine().enter_queue_if(queue, {address, 4, Order::kSeqCst, site}, expected)) return refuse(EAGAIN);
  effect();
  const bool woken = engine().sleep(queue, timeout != nullptr, site, waiting_for("futex wait at", reinterpret_cast<const void*>(address)));
  if (woken) return 0;
  current->clock_ns = std::max(current->clock_ns, deadline_of(operation, timeout));
  return refuse(ETIMEDOUT);
}

bool is_valid(const futex_waitv& waiter) {
  return (waiter.flags & ~static_cast<unsigned>(FUTEX_PRIVATE_FLAG)) == FUTEX_32 && waiter.__reserved == 0 && waiter.uaddr % 4 == 0;
}

/// Those who wait there with one of the bits, or did last.
explore::ThreadSet threads_at(std::uintptr_t address, unsigned bits) {
  explore::ThreadSet threads;
  for (int thread = 0; thread < session->threads(); ++thread) {
    const Fiber& fiber = session->fiber(thread);
    if (fiber.futex == address && (fiber.futex_bits & bits) != 0) threads.add(thread);
  }
  return threads;
}

int at_most(long count) { return static_cast<int>(std::min<long>(count, explore::kMaxThreads)); }

long wake(const CallArguments& arguments, unsigned bits, Site site) {
  const auto address = static_cast<std::uintptr_t>(arguments.values[0]);
  const int count = at_most(std::max(static_cast<int>(arguments.values[2]), 1));  // the kernel looks at the number when it has woken one
  if (bits == 0) return refuse(EINVAL);
  effect();
  if (bits == FUTEX_BITSET_MATCH_ANY && !shares_bucket(address)) return engine().wake(address, count, site);
  return engine().wake(bucket_of(address), count, site, [=] { return threads_at(address, bits); });
}

long requeue(const CallArguments& arguments, bool looks, Site site) {
  const auto from = static_cast<std::uintptr_t>(arguments.values[0]);
  const auto to = static_cast<std::uintptr_t>(arguments.values[4]);
  const auto most_woken = static_cast<int>(arguments.values[2]);
  const auto most_moved = static_cast<int>(arguments.values[3]);
  const auto expected = static_cast<unsigned>(arguments.values[5]);
  if (most_woken < 0 || most_moved < 0) return refuse(EINVAL);
  heap_check(from, 4, false, site);
  heap_check(to, 4, false, site);
  const std::uintptr_t queue = bucket_of(from);
  if (bucket_of(to) != queue) note_one_bucket(from, to);
  effect();
  const auto sleepers = [from] { return threads_at(from, FUTEX_BITSET_MATCH_ANY); };
  explore::Engine::Requeued requeued;
  if (looks) {
    const auto done =
        engine().requeue_if(queue, at_most(most_woken), at_most(most_moved), sleepers, {from, 4, Order::kSeqCst, site}, expected);
    if (!done) return refuse(EAGAIN);
    requeued = *done;
  } else {
    requeued = engine().requeue(queue, at_most(most_woken), at_most(most_moved), site, sleepers);
  }
  for (const ThreadId thread : requeued.moved) session->fiber(thread).futex = to;
  return requeued.woken + static_cast<long>(requeued.moved.size());
}

/// Of those that are not modelled.
std::string name_of(int operation) {
  constexpr std::array kNames{"FUTEX_WAIT",           "FUTEX_WAKE",        "FUTEX_FD",          "FUTEX_REQUEUE",
                              "FUTEX_CMP_REQUEUE",    "FUTEX_WAKE_OP",     "FUTEX_LOCK_PI",     "FUTEX_UNLOCK_PI",
                              "FUTEX_TRYLOCK_PI",     "FUTEX_WAIT_BITSET", "FUTEX_WAKE_BITSET", "FUTEX_WAIT_REQUEUE_PI",
                              "FUTEX_CMP_REQUEUE_PI", "FUTEX_LOCK_PI2"};
  const auto index = static_cast<std::size_t>(operation);
  return index < kNames.size() ? kNames[index] : "futex operation " + std::to_string(operation);
}

}  // namespace

long futex(const CallArguments& arguments, Site site) {
  const int operation = static_cast<int>(arguments.values[1]) & FUTEX_CMD_MASK;
  const auto bits = static_cast<unsigned>(arguments.values[5]);
  switch (operation) {
    case FUTEX_WAIT:
      return wait(arguments, FUTEX_BITSET_MATCH_ANY, site);
    case FUTEX_WAKE:
      return wake(arguments, FUTEX_BITSET_MATCH_ANY, site);
    case FUTEX_WAIT_BITSET:
      return wait(arguments, bits, site);
    case FUTEX_WAKE_BITSET:
      return wake(arguments, bits, site);
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
      return requeue(arguments, operation == FUTEX_CMP_REQUEUE, site);
    default:
      break;
  }
  fail(FailureKind::kUnsupported, name_of(operation) + " is not modelled inside an exploration", site, "syscall(SYS_futex)");
}

/// futex_waitv(2): the kernel joins the queues one by one, and looks at each word when it does.
long futex_wait_for_any(const CallArguments& arguments, Site site) {
  const auto count = static_cast<unsigned>(arguments.values[1]);
  const auto* const timeout = reinterpret_cast<const timespec*>(arguments.values[3]);
  const auto clock = static_cast<clockid_t>(arguments.values[4]);
  if (arguments.values[2] != 0 || count == 0 || count > FUTEX_WAITV_MAX || arguments.values[0] == 0) return refuse(EINVAL);
  if (timeout != nullptr && (!waits_by(clock) || !is_time(timeout))) return refuse(EINVAL);
  const std::span waiters(reinterpret_cast<const futex_waitv*>(arguments.values[0]), count);
  if (!std::all_of(waiters.begin(), waiters.end(), is_valid)) return refuse(EINVAL);
  current->futex_bits = FUTEX_BITSET_MATCH_ANY;
  std::array<std::uintptr_t, FUTEX_WAITV_MAX> all;  // no vector: who is left here does not come back to free it
  std::span<const std::uintptr_t> joined;
  for (const futex_waitv& waiter : waiters) {
    if (std::find(joined.begin(), joined.end(), waiter.uaddr) != joined.end()) {
      fail(FailureKind::kUnsupported, "waiting twice for one futex at once is not modelled", site, "syscall(SYS_futex_waitv)");
    }
    if (shares_bucket(waiter.uaddr)) {
      fail(FailureKind::kUnsupported, "waiting for one of several futexes is not modelled where sleepers are moved from it, or to it", site,
           "syscall(SYS_futex_waitv)");
    }
    heap_check(waiter.uaddr, 4, false, site);
    if (!engine().enter_queue_if(waiter.uaddr, {waiter.uaddr, 4, Order::kSeqCst, site}, static_cast<unsigned>(waiter.val))) {
      const int woken = engine().leave_queues(joined, site);
      return woken >= 0 ? woken : refuse(EAGAIN);
    }
    all[joined.size()] = waiter.uaddr;
    joined = {all.data(), joined.size() + 1};
  }
  effect();
  const int woken =
      engine().sleep_in_any(joined, timeout != nullptr, site,
                            waiting_for("wake-up at one of several futexes from", reinterpret_cast<const void*>(joined.front())));
  if (woken >= 0) return woken;
  current->clock_ns = std::max(current->clock_ns, deadline_ns(clock, timeout));
  return refuse(ETIMEDOUT);
}

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED pid_t gettid() noexcept {
  if (!explored()) return PROBEREN_REAL(gettid)();
  return getpid() + current->id;
}
