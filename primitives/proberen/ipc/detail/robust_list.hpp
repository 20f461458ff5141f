/// RobustList: the calling thread's list of robust futexes that it holds, which the kernel walks when the thread ends (get_robust_list(2);
/// Linux, Documentation/locking/robust-futex-ABI.rst).
///
/// A thread has one such list, and glibc registers it, for its own robust mutexes. Ours go into the same list, laid out like a
/// pthread_mutex_t as <pthread.h> shows it: both sides may link and unlink beside each other's entries. Nothing here depends on what of
/// glibc is hidden; that the kernel's offset is the one we are laid out for is checked when a thread first takes a lock.
///
/// Only the thread itself and, once it has ended, the kernel look at the list: so relaxed accesses in an order that the compiler must keep.
/// (Relaxed rather than plain, because ThreadSanitizer does not see the kernel hand a dead owner's entry on.) Limits: the kernel looks
/// after the first 2048 locks that a thread holds; a process made by a bare clone(2) or _Fork(3), not by fork(), has no list.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "proberen/native_platform.hpp"

namespace proberen::ipc::detail {

/// A place in the list; the lowest bit of `next` is set when what it points to is a priority-inheriting mutex of glibc's.
struct RobustPlace {
  std::atomic<RobustPlace*> next;
};

/// struct robust_list_head of <linux/futex.h>.
struct RobustHead {
  RobustPlace list;
  long futex_offset;
  std::atomic<RobustPlace*> pending;
};

/// What follows the futex word and 4 bytes of a lock's own. `previous` points to a place, too.
struct RobustLinks {
  unsigned char unused[16] = {};
  std::atomic<RobustPlace*> previous{nullptr};
  RobustPlace place{nullptr};
};

struct RobustThread {
  RobustHead* head;
  std::uint32_t id;  ///< gettid(); 0 before the thread's first use, and in the child of a fork
};

static_assert(sizeof(std::atomic<RobustPlace*>) == sizeof(void*) && std::atomic<RobustPlace*>::is_always_lock_free);

inline thread_local constinit RobustThread robust_thread{nullptr, 0};

/// Fills in `robust_thread`. Throws std::system_error (not_supported) when the thread has no list, or one of another layout.
void find_robust_list();

/// The kernel's side of detail::RobustCore.
struct RobustKernel {
  using Links = RobustLinks;
  using Word = std::atomic<std::uint32_t>;

  static std::uint32_t thread() {
    if (robust_thread.id == 0) [[unlikely]]
      find_robust_list();
    return robust_thread.id;
  }

  static void announce(Links& links) noexcept {
    set(robust_thread.head->pending, &links.place);
    in_order();
  }
  static void settle() noexcept {
    in_order();
    set(robust_thread.head->pending, nullptr);
  }

  static void enter(Links& links) noexcept {
    RobustPlace& head = robust_thread.head->list;
    RobustPlace* const next = get(head.next);
    set(links.place.next, next);
    set(links.previous, &head);
    if (RobustPlace* const follower = bare(next); follower != &head) set(previous_of(*follower), &links.place);
    in_order();  // the kernel must find what follows
    set(head.next, &links.place);
  }
  static void leave(Links& links) noexcept {
    RobustPlace* const next = get(links.place.next);
    RobustPlace* const previous = get(links.previous);
    if (RobustPlace* const follower = bare(next); follower != &robust_thread.head->list) set(previous_of(*follower), previous);
    set(bare(previous)->next, next);
    in_order();  // out of the list before the lock is another's
    set(links.previous, nullptr);
    set(links.place.next, nullptr);
  }

  static bool has_sleepers(Word& word, std::uint32_t expected) noexcept;
  static void pass_on(Word& word) noexcept;
  static void open_to_all(Word& word) noexcept;

 private:
  static void in_order() noexcept { asm volatile("" : : : "memory"); }
  static RobustPlace* get(const std::atomic<RobustPlace*>& pointer) noexcept { return pointer.load(std::memory_order_relaxed); }
  static void set(std::atomic<RobustPlace*>& pointer, RobustPlace* place) noexcept { pointer.store(place, std::memory_order_relaxed); }
  static RobustPlace* bare(RobustPlace* place) noexcept {
    return reinterpret_cast<RobustPlace*>(reinterpret_cast<std::uintptr_t>(place) & ~std::uintptr_t{1});
  }
  /// The word before an entry's place, ours or glibc's. The head has none that anybody reads.
  static std::atomic<RobustPlace*>& previous_of(RobustPlace& place) noexcept {
    constexpr std::size_t kDistance = offsetof(RobustLinks, place) - offsetof(RobustLinks, previous);
    return *reinterpret_cast<std::atomic<RobustPlace*>*>(reinterpret_cast<unsigned char*>(&place) - kDistance);
  }
};

}  // namespace proberen::ipc::detail
