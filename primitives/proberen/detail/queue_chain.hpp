/// QueueChain: an unbounded multi-producer multi-consumer FIFO: the two-lock queue of M. Michael and M. Scott, "Simple, Fast, and Practical
/// Non-Blocking and Blocking Concurrent Queue Algorithms" (PODC 1996). Producers do not disturb consumers. One allocation for each item.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "proberen/lock.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::detail {

template <class Item, Platform P>
class QueueChain {
 public:
  QueueChain() : first_(new Node), last_(first_) {}
  ~QueueChain() {
    while (first_ != nullptr) delete std::exchange(first_, first_->next.load(std::memory_order_relaxed));
  }
  QueueChain(const QueueChain&) = delete;
  QueueChain& operator=(const QueueChain&) = delete;

  /// ok or closed; takes the item only when ok. Throws std::bad_alloc, and then nothing changes.
  QueueStatus try_put(Item& item) {
    auto node = std::make_unique<Node>();
    const std::scoped_lock hold(put_lock_);
    if (closed_.load(std::memory_order_relaxed)) return QueueStatus::closed;
    node->mark.write();
    node->item.emplace(std::move(item));
    put_count_.store(put_count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    Node* const added = node.release();
    // (1) release: synchronizes with the acquire (2)
    last_->next.store(added, std::memory_order_release);
    last_ = added;
    return QueueStatus::ok;
  }

  /// ok, empty or closed (and empty).
  QueueStatus try_get(std::optional<Item>& item) {
    std::unique_ptr<Node> emptied;  // freed after the lock is released: freeing may run a destructor that uses the queue
    const std::scoped_lock hold(get_lock_);
    // (4) acquire: synchronizes with the release (3). Read before `next`: when closed here, no item can follow.
    const bool closed = closed_.load(std::memory_order_acquire);
    // (2) acquire: synchronizes with the release (1)
    Node* const next = first_->next.load(std::memory_order_acquire);
    if (next == nullptr) return closed ? QueueStatus::closed : QueueStatus::empty;
    next->mark.read();
    item.emplace(std::move(*next->item));
    next->item.reset();
    emptied.reset(std::exchange(first_, next));
    get_count_.store(get_count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return QueueStatus::ok;
  }

  void close() {
    const std::scoped_lock hold(put_lock_);
    // (3) release: synchronizes with the acquire (4)
    closed_.store(true, std::memory_order_release);
  }

  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t put_count() const { return put_count_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get_count() const { return get_count_.load(std::memory_order_relaxed); }

 private:
  struct Node {
    typename P::template Atomic<Node*> next{nullptr};
    std::optional<Item> item;
    [[no_unique_address]] typename P::SharedData mark;
  };

  BasicLock<P> get_lock_;
  Node* first_;  ///< under get_lock_: the last node whose item was taken
  typename P::template Atomic<std::uint64_t> get_count_{0};

  BasicLock<P> put_lock_;
  Node* last_;                                               ///< under put_lock_
  typename P::template Atomic<std::uint64_t> put_count_{0};  ///< written under put_lock_, before the item can be taken
  typename P::template Atomic<bool> closed_{false};          ///< set under put_lock_, never cleared
};

}  // namespace proberen::detail
