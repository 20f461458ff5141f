/// The ring of ipc::Queue as a subject: small numbers as messages, with its memory behind it, so that an object can lie anywhere.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "proberen/ipc/detail/message_ring.hpp"
#include "proberen/subject.hpp"
#include "proberen/value.hpp"
#include "subjects/declarations.hpp"
#include "subjects/guarded.hpp"
#include "subjects/queue_subject.hpp"
#include "subjects/tally.hpp"

namespace proberen::reference {

/// `Policy`: see ring_policy.hpp.
template <class P, class Policy>
struct MessageRingInterface {
  using Platform = P;
  static constexpr std::uint32_t kCapacity = 2;
  static constexpr std::uint32_t kUnits = 4;  ///< a message takes two

  ipc::detail::MessageRing<P, Policy> ring{kCapacity, kUnits};
  std::byte memory[kUnits * ipc::detail::MessageRing<P, Policy>::kUnit] = {};

  Tally inside;  ///< put and not got, by what callers were told

  std::string put(int number) { return put_message(number, true, kForever); }
  std::string try_put(int number) { return put_message(number, false, kForever); }
  std::string put_for(int number) { return put_message(number, true, deadline_after(P::now(), kBriefly)); }
  Value get() { return get_message(true, kForever); }
  Value try_get() { return get_message(false, kForever); }
  Value get_for() { return get_message(true, deadline_after(P::now(), kBriefly)); }
  void close() { ring.close(); }

 private:
  std::string put_message(int number, bool wait, Deadline deadline) {
    const QueueStatus status = ring.put(std::as_bytes(std::span(&number, 1)), wait, deadline);
    if (status == QueueStatus::ok) inside.add(1);
    return std::string(to_string(status));
  }
  Value get_message(bool wait, Deadline deadline) {
    int number = 0;
    const auto take = [&](std::span<const std::byte> first, std::span<const std::byte>) {
      std::memcpy(&number, first.data(), sizeof number);
    };
    const QueueStatus status = ring.get(take, wait, deadline);
    if (status != QueueStatus::ok) return Value(std::string(to_string(status)));
    inside.add(-1);
    return Value(number);
  }
};

/// What the ring tells beside messages: a farewell, and its size, which who looks for a message asks for first.
template <class P, class Policy>
struct RingHandshake : Farewell<MessageRingInterface<P, Policy>> {
  using Base = Farewell<MessageRingInterface<P, Policy>>;

  // Not part of what is checked.
  std::atomic<std::uint32_t> puts{0};
  std::atomic<std::uint32_t> largest{0};

  std::string put(int number) {
    puts.fetch_add(1, std::memory_order_relaxed);
    return Base::put(number);
  }
  Value try_get() {
    const std::uint32_t size = Base::ring.size();
    if (size > largest.load(std::memory_order_relaxed)) largest.store(size, std::memory_order_relaxed);
    return Base::try_get();
  }
};

inline constexpr auto ring_handshake_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.with(farewell_operations)
      .operation("try_get", &T::try_get)
      .scenario("counted while it comes and goes", "put(1) | get | try_get")
      .invariant("it never counts more than were put", [](T& object) { return object.largest.load() <= object.puts.load(); });
};

inline constexpr auto message_ring_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.with(hand_over_operations)
      .scenario("closed while one puts", "try_put(1) | close try_get")
      .scenario("around the end", "put(1) get : put(2) put(3) | get get")
      .scenario("two wait", "put(1) put(2) | get | get")
      .scenario("closed while two wait", "put(1) close | get | get")
      .invariant("items add up, and none is lost",
                 [](T& object) { return object.ring.size() == object.inside.count() && object.ring.lost() == 0; });
};

inline constexpr auto killed_ring_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.with(killed_hand_over_operations)
      .crash_scenario("one puts, two get",
                      "put_for(1) put_for(2) put_for(3) put_for(4) | get_for get_for get_for | get_for get_for get_for");
};

}  // namespace proberen::reference
