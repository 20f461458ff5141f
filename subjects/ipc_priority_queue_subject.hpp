/// The heap of ipc::PriorityQueue as a subject: small numbers as messages, with its memory behind it, so that an object can lie anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "proberen/ipc/detail/message_heap.hpp"
#include "proberen/subject.hpp"
#include "proberen/value.hpp"
#include "subjects/guarded.hpp"
#include "subjects/tally.hpp"

namespace proberen::reference {

/// `Policy`: see message_heap.hpp.
template <class P, class Policy>
struct MessageHeapInterface {
  using Platform = P;
  static constexpr std::uint32_t kCapacity = 3;

  /// What is put: a number, and its priority once more, which must come out with it.
  struct Message {
    std::int32_t number;
    std::uint32_t priority;
  };

  ipc::detail::MessageHeap<P, Policy> heap{kCapacity, sizeof(Message)};
  std::byte memory[kCapacity * ipc::detail::MessageHeap<P, Policy>::slot_bytes(sizeof(Message))] = {};

  Tally inside;  ///< put and not got, by what callers were told

  std::string put(int number, int priority) { return put_message(number, priority, true, kForever); }
  std::string try_put(int number, int priority) { return put_message(number, priority, false, kForever); }
  std::string put_for(int number, int priority) { return put_message(number, priority, true, deadline_after(P::now(), kBriefly)); }
  Value get() { return get_message(true, kForever); }
  Value try_get() { return get_message(false, kForever); }
  Value get_for() { return get_message(true, deadline_after(P::now(), kBriefly)); }
  void close() { heap.close(); }

 private:
  std::string put_message(int number, int priority, bool wait, Deadline deadline) {
    const Message message{number, static_cast<std::uint32_t>(priority)};
    const QueueStatus status = heap.put(message.priority, std::as_bytes(std::span(&message, 1)), wait, deadline);
    if (status == QueueStatus::ok) inside.add(1);
    return std::string(to_string(status));
  }
  Value get_message(bool wait, Deadline deadline) {
    Message message{};
    bool whole = false;
    const auto take = [&](std::uint32_t priority, std::span<const std::byte> bytes) {
      std::memcpy(&message, bytes.data(), sizeof message);
      whole = bytes.size() == sizeof message && message.priority == priority;
    };
    const QueueStatus status = heap.get(take, wait, deadline);
    if (status != QueueStatus::ok) return Value(std::string(to_string(status)));
    inside.add(-1);
    return whole ? Value(message.number) : Value("another priority");
  }
};

inline constexpr auto message_heap_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("put", &T::put, gen::distinct(), gen::in_range(0, 2))
      .weight(2)
      .operation("try_put", &T::try_put, gen::distinct(), gen::in_range(0, 2))
      .operation("put_for", &T::put_for, gen::distinct(), gen::in_range(0, 2))
      .operation("get", &T::get)
      .operation("try_get", &T::try_get)
      .operation("get_for", &T::get_for)
      .operation("close", &T::close)
      .weight(0.3)
      .scenario("one looks while one puts", "try_put(1,0) | try_get")
      .scenario("one puts, one gets", "put(1,0) | get")
      .scenario("two put", "try_put(1,0) | try_put(2,1)")
      .scenario("two get", "put(1,0) put(2,1) : try_get | try_get")
      .scenario("the most urgent last", "put(1,0) put(2,1) put(3,2) : get get get")
      .scenario("equals in their order", "put(1,1) put(2,1) put(3,1) : get get get")
      .scenario("a more urgent one while one gets", "put(1,0) : put(2,1) | get get")
      .scenario("full", "put(1,0) put(2,0) put(3,0) : put(4,1) | get")
      .scenario("one gives up", "get_for | put(1,0)")
      .scenario("closed while one waits", "get | close")
      .scenario("closed while one puts", "try_put(1,0) | close try_get")
      .scenario("two wait", "put(1,0) put(2,1) | get | get")
      .scenario("two wait for room", "put(1,0) put(2,0) put(3,0) : put(4,0) | put(5,1) | get get")
      .scenario("closed while two wait", "put(1,0) close | get | get")
      .workload("handed over", "put(1,0) | get | put(2,1) | get")
      .workload("tried", "try_put(1,1) | try_get | try_put(2,0) | try_get")
      .invariant("items add up, and none is lost",
                 [](T& object) { return object.heap.size() == object.inside.count() && object.heap.lost() == 0; });
};

/// Used by processes that are killed. Timed calls alone, so that a history ends soon whoever is dead.
inline constexpr auto killed_heap_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("put_for", &T::put_for, gen::distinct(), gen::in_range(0, 2))
      .operation("get_for", &T::get_for)
      .process_shared()
      .workload("handed over", "put_for(1,0) | get_for | put_for(2,1) | get_for")
      .crash_scenario("one puts, one gets", "put_for(1,0) put_for(2,1) put_for(3,0) put_for(4,2) | get_for get_for get_for get_for get_for")
      .crash_scenario("two put, one gets",
                      "put_for(1,1) put_for(2,0) put_for(3,1) | put_for(4,0) put_for(5,2) | get_for get_for get_for get_for get_for")
      .crash_scenario("one puts, two get",
                      "put_for(1,0) put_for(2,0) put_for(3,1) put_for(4,1) | get_for get_for get_for | get_for get_for get_for")
      .crash_scenario("enough for all", "put_for(1,0) put_for(2,1) put_for(3,0) : get_for | get_for get_for");
};

}  // namespace proberen::reference
