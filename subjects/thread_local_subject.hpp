/// What thread-local objects rest on, as subjects: the cell that threads and an object share, and the registry of cells.
///
/// The threads of a method are not born and do not exit for a scenario, so the subject has their tables, and `exit` is what a thread does
/// with its table when it exits. Objects live one after another in one registry. As in C++, an object may end when no thread uses it any
/// more, though threads that have begun to exit may not have finished.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "proberen/default_platform.hpp"
#include "proberen/detail/local_table.hpp"
#include "proberen/lock.hpp"
#include "proberen/subject.hpp"
#include "proberen/value.hpp"
#include "subjects/seats.hpp"

namespace proberen::reference {

template <class P, class Rules = detail::LocalRules>
class LocalInterface {
 public:
  using Platform = P;

  LocalInterface() { object_ = registry_.claim(); }
  ~LocalInterface() {
    seats_.each([](Seat& seat) {
      while (seat.table.leave()) {
      }
      seat.table.dispose();
    });
    registry_.dispose();
  }

  Value touch(int number) {
    Seat& seat = seats_.mine();
    if (!seat.user && !enter()) return "ended";
    seat.user = true;
    if (seat.table.find(object_.index, object_.tag) == nullptr) {
      seat.table.add(object_, [&] { return new Number(*this, number); });
    }
    return static_cast<Number*>(seat.table.find(object_.index, object_.tag))->read();
  }
  Value peek() {
    Seat& seat = seats_.mine();
    if (!seat.user) return {};
    auto* const number = static_cast<Number*>(seat.table.find(object_.index, object_.tag));
    return number != nullptr ? Value(number->read()) : Value();
  }
  bool reset() {
    Seat& seat = seats_.mine();
    return seat.user && seat.table.remove(object_.index, object_.tag);
  }
  Value sum() {
    if (!seats_.mine().user) return "stranger";
    std::int64_t sum = 0;
    object_.cell->visit([&](detail::LocalNode* node) { sum += static_cast<Number*>(node)->read(); });
    return sum;
  }
  void exit() {
    Seat& seat = seats_.mine();
    if (std::exchange(seat.user, false)) {
      const std::lock_guard guard(contract_);
      --users_;
    }
    while (seat.table.leave()) {
    }
  }
  std::string end() {
    if (const int users = replace_users(0, kBusy); users != 0) return users == kEnded ? "ended" : "in_use";
    detail::end_object(registry_, seats_.mine().table, object_);
    home_mark_.write();
    ++home_;  // what destructors read: none is left that does
    const bool all = made_.load() == destroyed_.load();
    (void)replace_users(kBusy, kEnded);
    return all ? "ok" : "values are left";
  }
  std::string begin() {
    if (replace_users(kEnded, kBusy) != kEnded) return "in_use";
    object_ = registry_.claim();
    (void)replace_users(kBusy, 0);
    return "ok";
  }

  /// Each value is destroyed once: those that are left are the values that threads have.
  bool values_add_up() {
    int left = 0;
    seats_.each([&](Seat& seat) { left += seat.user && seat.table.find(object_.index, object_.tag) != nullptr ? 1 : 0; });
    return made_.load() - destroyed_.load() == left;
  }

 private:
  using Table = detail::LocalTable<P, Rules>;
  struct Seat {
    bool user = false;
    Table table{};
  };

  struct Number : detail::LocalNode {
    Number(LocalInterface& of, int content) : subject(of), number(content) {
      destroy = [](detail::LocalNode* node) { delete static_cast<Number*>(node); };
      mark.write();
      subject.made_.fetch_add(1, std::memory_order_relaxed);
    }
    ~Number() {
      subject.home_mark_.read();
      if (subject.home_ < 0) number = 0;  // never: a read that sanitizers watch
      mark.write();
      subject.destroyed_.fetch_add(1, std::memory_order_relaxed);
    }
    Number(const Number&) = delete;
    Number& operator=(const Number&) = delete;
    [[nodiscard]] int read() const {
      mark.read();
      return number;
    }
    LocalInterface& subject;
    [[no_unique_address]] typename P::SharedData mark;
    int number;
  };

  static constexpr int kEnded = -1;
  static constexpr int kBusy = -2;  ///< ending or beginning

  bool enter() {
    const std::lock_guard guard(contract_);
    if (users_ < 0) return false;
    ++users_;
    return true;
  }
  /// The number before; changed only where it is `expected`.
  int replace_users(int expected, int replacement) {
    const std::lock_guard guard(contract_);
    return users_ == expected ? std::exchange(users_, replacement) : users_;
  }

  detail::LocalRegistry<P, Rules> registry_;
  detail::LocalHandle<P, Rules> object_;
  [[no_unique_address]] typename P::SharedData home_mark_;
  int home_ = 0;
  /// Keeps the caller's part of the bargain, so it is on the platform that has no faults.
  BasicLock<DefaultPlatform> contract_;
  int users_ = 0;  ///< how many threads use the object
  std::atomic<int> made_{0};
  std::atomic<int> destroyed_{0};
  Seats<Seat> seats_;
};

/// Many objects that begin and end at once: no two that live have the same number.
template <class P>
class LocalIndices {
 public:
  using Platform = P;

  ~LocalIndices() { registry_.dispose(); }

  std::int64_t claim() {
    const auto handle = registry_.claim();
    seats_.mine().push_back(handle);
    return handle.index;
  }
  bool free() {
    auto& mine = seats_.mine();
    if (mine.empty()) return false;
    registry_.free(*mine.back().cell);
    mine.pop_back();
    return true;
  }

 private:
  detail::LocalRegistry<P> registry_;
  Seats<std::vector<detail::LocalHandle<P>>> seats_;
};

template <class P>
using LocalSubject = LocalInterface<P>;

inline constexpr auto local_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("touch", &T::touch, gen::in_range(1, 4))
      .weight(3)
      .operation("peek", &T::peek)
      .operation("reset", &T::reset)
      .operation("sum", &T::sum)
      .operation("exit", &T::exit)
      .weight(2)
      .operation("end", &T::end)
      .weight(2)
      .operation("begin", &T::begin)
      .scenario("the thread exits while the object ends", "touch(1) exit | end")
      .scenario("two touch it", "touch(1) | touch(2)")
      .scenario("one comes, another has nothing", "touch(1) | exit")
      .scenario("one comes, one goes", "touch(1) exit | touch(2)")
      .scenario("visited while one exits", "touch(1) sum | touch(2) exit")
      .scenario("a new one in its place", "touch(1) exit touch(2) | end begin")
      .scenario("reset and exit", "touch(1) reset touch(2) exit | end")
      .scenario("two exit while the object ends", "touch(1) exit | touch(2) exit | end")
      .invariant("each value is destroyed once", [](T& object) { return object.values_add_up(); })
      .workload("threads come and go", "touch(1) exit | touch(2) sum exit | end begin")
      .workload("values come and go", "touch(1) reset | touch(2) sum peek");
};

}  // namespace proberen::reference
