/// Seats: one `T` for each thread that asks, found without the primitives under check. Unchecked: it orders nothing between the threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "proberen/default_platform.hpp"
#include "subjects/unchecked.hpp"

namespace proberen::reference {

template <class T>
class Seats {
 public:
  Seats() = default;
  Seats(const Seats&) = delete;
  Seats& operator=(const Seats&) = delete;
  ~Seats() {
    for (Seat* seat : in_order()) delete seat;
  }

  T& mine() {
    const std::uintptr_t me = DefaultPlatform::this_thread();
    if (Seat* const seat = find(me)) return seat->content;
    auto* const seat = new Seat{me, nullptr, {}};
    add(*seat);
    return seat->content;
  }
  /// When no call is running any more.
  template <class Visit>
  void each(Visit visit) {
    for (Seat* seat : in_order()) visit(seat->content);
  }

 private:
  struct Seat {
    std::uintptr_t thread;
    Seat* next;
    T content;
  };

  PROBEREN_UNCHECKED Seat* find(std::uintptr_t thread) const {
    Seat* seat = __atomic_load_n(&first_, __ATOMIC_ACQUIRE);
    while (seat != nullptr && seat->thread != thread) seat = seat->next;
    return seat;
  }
  PROBEREN_UNCHECKED void add(Seat& seat) {
    seat.next = __atomic_load_n(&first_, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&first_, &seat.next, &seat, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
    }
  }
  /// By thread, whoever came first: that nothing orders.
  [[nodiscard]] std::vector<Seat*> in_order() const {
    std::vector<Seat*> seats;
    for (Seat* seat = first_; seat != nullptr; seat = seat->next) seats.push_back(seat);
    std::sort(seats.begin(), seats.end(), [](const Seat* a, const Seat* b) { return a->thread < b->thread; });
    return seats;
  }

  Seat* first_ = nullptr;
};

}  // namespace proberen::reference
