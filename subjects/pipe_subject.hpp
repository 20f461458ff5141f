/// What a pipe in shared memory is made of, as subjects: a channel of messages that are numbers, with room for two.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "proberen/ipc/detail/frame_channel.hpp"
#include "proberen/subject.hpp"
#include "proberen/value.hpp"
#include "subjects/guarded.hpp"
#include "subjects/tally.hpp"

namespace proberen::reference {

/// `Vanished`: what sleepers look for now and then, beside what they are woken for.
template <class P, class Lock = ipc::detail::PlainMutex<P>, class Vanished = ipc::detail::NobodyVanishes>
struct PipeSubject {
  using Platform = P;
  using Status = ipc::detail::ChannelStatus;

  ipc::detail::FrameChannel<P, 4, Lock> channel;

  Tally inside;  ///< put and not got, by what callers were told

  std::string put(std::int64_t number) { return put_until(number, kForever, "timeout"); }
  std::string try_put(std::int64_t number) { return put_until(number, Deadline::min(), "full"); }
  std::string put_for(std::int64_t number) { return put_until(number, deadline_after(P::now(), kBriefly), "timeout"); }
  Value get() { return get_until(kForever, "timeout"); }
  Value try_get() { return get_until(Deadline::min(), "empty"); }
  Value get_for() { return get_until(deadline_after(P::now(), kBriefly), "timeout"); }
  void close() { channel.close(); }

 private:
  static constexpr std::uint32_t kKind = 7;

  std::string put_until(std::int64_t number, Deadline deadline, const char* in_vain) {
    const std::string_view bytes(reinterpret_cast<const char*>(&number), sizeof number);
    const Status status = channel.put(kKind, bytes, deadline, Vanished(), [] { return true; });
    if (status == Status::ok) inside.add(1);
    return status == Status::ok ? "ok" : status == Status::closed ? "closed" : in_vain;
  }
  Value get_until(Deadline deadline, const char* in_vain) {
    std::uint32_t kind = 0;
    std::string bytes;
    const Status status = channel.get(kind, bytes, deadline, Vanished(), [](std::uint32_t) {});
    if (status != Status::ok) return Value(std::string(status == Status::closed ? "closed" : in_vain));
    inside.add(-1);
    std::int64_t number = 0;
    if (kind != kKind || bytes.size() != sizeof number) return Value(std::string("torn"));
    std::memcpy(&number, bytes.data(), sizeof number);
    return Value(number);
  }
};

inline constexpr auto pipe_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("put", &T::put, gen::distinct())
      .weight(2)
      .operation("try_put", &T::try_put, gen::distinct())
      .operation("put_for", &T::put_for, gen::distinct())
      .operation("get", &T::get)
      .weight(2)
      .operation("try_get", &T::try_get)
      .operation("get_for", &T::get_for)
      .operation("close", &T::close)
      .weight(0.3)
      .scenario("one puts, one gets", "put(1) | get")
      .scenario("one looks while one puts", "try_put(1) | try_get")
      .scenario("two put", "try_put(1) | try_put(2)")
      .scenario("two get", "put(1) put(2) : try_get | try_get")
      .scenario("full", "put(1) put(2) : put(3) | get")
      .scenario("one gives up", "get_for | put(1)")
      .scenario("closed while one waits", "get | close")
      .scenario("closed while one waits for room", "put(1) put(2) : put(3) | close")
      .scenario("sent and closed", "put(1) close | get get")
      .scenario("closed after another's put", "put(1) | close | get")
      .scenario("two put, one gets", "put(1) | put(2) | get get")
      .invariant("messages add up", [](T& object) { return object.channel.has_message() == (object.inside.count() > 0); })
      .workload("handed over", "put(1) | get | put(2) | get")
      .workload("tried", "try_put(1) | try_get | try_put(2) | try_get");
};

/// Whose wake a death may have swallowed.
struct Impatient {
  static constexpr std::chrono::milliseconds kLookAgain{20};
  bool operator()() const { return false; }
};

/// Lingers as it is taken, so that kills meet those who hold it.
template <class Lock>
struct LingeringLock : Lock {
  [[nodiscard]] ipc::detail::LockOutcome acquire(Deadline deadline) {
    const ipc::detail::LockOutcome outcome = Lock::acquire(deadline);
    for (int i = 0; i < 100; ++i) SharedPlatform::relax();
    return outcome;
  }
};

}  // namespace proberen::reference
