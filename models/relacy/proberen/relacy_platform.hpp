/// RelacyPlatform: the platform under which primitives are explored by Relacy (D. Vyukov's race detector, Debian package relacy-dev).
///
/// Only the build of a check for exploration uses it, and only a run of the explore method may make its atomics. Nothing of Relacy shows
/// here: its headers redefine `new`, `assert` and the memory orders.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>

#include "proberen/platform.hpp"

namespace proberen {
namespace relacy {

using Site = std::source_location;

enum class Rmw { kExchange, kAdd, kSub, kAnd, kOr, kXor };

/// An atomic of 64 bits. A narrower type lies in the high end, so that its arithmetic wraps where it should.
class Cell {
 public:
  Cell(std::uint64_t bits, int shift, const Site& site);
  ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  std::uint64_t load(std::memory_order order, const Site& site) const;
  void store(std::uint64_t bits, std::memory_order order, const Site& site);
  std::uint64_t rmw(Rmw operation, std::uint64_t operand, std::memory_order order, const Site& site);
  /// `may_fail`: as compare_exchange_weak.
  bool compare_exchange(bool may_fail, std::uint64_t& expected, std::uint64_t desired, std::memory_order success, const Site& site);

  /// Sleeps while the latest value, under `mask`, is `expected`.
  bool park(std::uint64_t expected, std::uint64_t mask, bool timed, const Site& site) const;
  void unpark(std::uint32_t count, const Site& site) const;

 private:
  struct Impl;
  Impl* impl_;
};

template <class T>
class Atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8, "explored atomics have at most eight bytes");
  static constexpr int kShift = 8 * (8 - static_cast<int>(sizeof(T)));

 public:
  Atomic(T value = T(), const Site& site = Site::current()) : cell_(bits_of(value), kShift, site) {}

  T load(std::memory_order order = std::memory_order_seq_cst, const Site& site = Site::current()) const {
    return value_of(cell_.load(order, site));
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst, const Site& site = Site::current()) {
    cell_.store(bits_of(value), order, site);
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst, const Site& site = Site::current()) {
    return value_of(cell_.rmw(Rmw::kExchange, bits_of(value), order, site));
  }
  T fetch_add(T value, std::memory_order order = std::memory_order_seq_cst, const Site& site = Site::current()) {
    return value_of(cell_.rmw(Rmw::kAdd, bits_of(value), order, site));
  }
  T fetch_sub(T value, std::memory_order order = std::memory_order_seq_cst, const Site& site = Site::current()) {
    return value_of(cell_.rmw(Rmw::kSub, bits_of(value), order, site));
  }
  T fetch_and(T value, std::memory_order order = std::memory_order_seq_cst, const Site& site = Site::current()) {
    return value_of(cell_.rmw(Rmw::kAnd, bits_of(value), order, site));
  }
  T fetch_or(T value, std::memory_order order = std::memory_order_seq_cst, const Site& site = Site::current()) {
    return value_of(cell_.rmw(Rmw::kOr, bits_of(value), order, site));
  }
  T fetch_xor(T value, std::memory_order order = std::memory_order_seq_cst, const Site& site = Site::current()) {
    return value_of(cell_.rmw(Rmw::kXor, bits_of(value), order, site));
  }
  /// The order of a failure is relaxed under Relacy: never stronger than what was asked for.
  bool compare_exchange_strong(T& expected, T desired, std::memory_order success, std::memory_order /*failure*/,
                               const Site& site = Site::current()) {
    return compare_exchange(false, expected, desired, success, site);
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order success, std::memory_order /*failure*/,
                             const Site& site = Site::current()) {
    return compare_exchange(true, expected, desired, success, site);
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst,
                               const Site& site = Site::current()) {
    return compare_exchange(false, expected, desired, order, site);
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst,
                             const Site& site = Site::current()) {
    return compare_exchange(true, expected, desired, order, site);
  }

  [[nodiscard]] const Cell& cell() const { return cell_; }
  static std::uint64_t bits_of(T value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    return bits << kShift;
  }

 private:
  static T value_of(std::uint64_t bits) {
    bits >>= kShift;
    T value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  bool compare_exchange(bool may_fail, T& expected, T desired, std::memory_order success, const Site& site) {
    std::uint64_t bits = bits_of(expected);
    const bool done = cell_.compare_exchange(may_fail, bits, bits_of(desired), success, site);
    if (!done) expected = value_of(bits);
    return done;
  }

  Cell cell_;
};

/// Accesses to plain memory, checked for races.
class SharedData {
 public:
  explicit SharedData(const Site& site = Site::current());
  ~SharedData();
  SharedData(const SharedData&) = delete;
  SharedData& operator=(const SharedData&) = delete;
  void read(const Site& site = Site::current()) const;
  void write(const Site& site = Site::current());

 private:
  struct Impl;
  Impl* impl_;
};

void fence(const Site& site);
void yield(const Site& site);
[[nodiscard]] std::uintptr_t this_thread();

}  // namespace relacy

struct RelacyPlatform {
  static constexpr bool kExplores = true;  ///< what runs on it can be explored

  template <class T>
  using Atomic = relacy::Atomic<T>;
  using SharedData = relacy::SharedData;

  static bool park(const Atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline,
                   const relacy::Site& site = relacy::Site::current()) {
    return word.cell().park(Atomic<std::uint32_t>::bits_of(expected), ~std::uint64_t{0}, deadline != kForever, site);
  }
  static bool park(const Atomic<std::uint64_t>& word, std::uint32_t expected_low, Deadline deadline,
                   const relacy::Site& site = relacy::Site::current()) {
    return word.cell().park(expected_low, 0xffffffff, deadline != kForever, site);
  }
  template <class T>
  static void unpark(const Atomic<T>& word, std::uint32_t count, const relacy::Site& site = relacy::Site::current()) {
    word.cell().unpark(count, site);
  }
  /// Nobody asks for a stop here.
  [[nodiscard]] static bool stopped(Deadline) { return false; }
  /// Both are sequentially consistent fences here; that two light ones order nothing is not modelled.
  static void light_fence(const relacy::Site& site = relacy::Site::current()) { relacy::fence(site); }
  static void heavy_fence(const relacy::Site& site = relacy::Site::current()) { relacy::fence(site); }
  /// Time stands still; a timed wait may end at any moment after it began.
  [[nodiscard]] static Deadline now() { return Deadline() + std::chrono::hours(1); }
  static void yield(const relacy::Site& site = relacy::Site::current()) { relacy::yield(site); }
  static void relax(const relacy::Site& site = relacy::Site::current()) { relacy::yield(site); }
  [[nodiscard]] static std::uintptr_t this_thread() { return relacy::this_thread(); }
  [[nodiscard]] static int spin_limit() { return 0; }
};

static_assert(Platform<RelacyPlatform>);

using DefaultPlatform = RelacyPlatform;

}  // namespace proberen
