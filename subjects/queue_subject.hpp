/// Queue<T> as subjects: bounded and unbounded, with items that a sanitizer can watch.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "proberen/queue.hpp"
#include "proberen/subject.hpp"
#include "proberen/value.hpp"
#include "subjects/guarded.hpp"
#include "subjects/tally.hpp"

namespace proberen::reference {

/// An item on the heap: a race on it, a leak or a double delivery is one that ThreadSanitizer or AddressSanitizer sees.
template <class P>
struct Parcel {
  explicit Parcel(int content) : number(content) { mark.write(); }

  [[nodiscard]] int open() const {
    mark.read();
    return number;
  }

  mutable typename P::SharedData mark;
  int number;
};

template <class P, std::size_t kCapacity, class Kind = BasicQueue<std::unique_ptr<Parcel<P>>, P>>
struct QueueInterface {
  using Platform = P;

  Kind queue{kCapacity};

  Tally inside;  ///< put and not got, by what callers were told

  std::string put(int number) { return told(queue.put(std::make_unique<Parcel<P>>(number))); }
  std::string try_put(int number) { return told(queue.try_put(std::make_unique<Parcel<P>>(number))); }
  std::string put_for(int number) { return told(queue.put_for(std::make_unique<Parcel<P>>(number), kBriefly)); }
  Value get() { return opened(queue.get()); }
  Value try_get() { return opened(queue.try_get()); }
  Value get_for() { return opened(queue.get_for(kBriefly)); }
  void close() { queue.close(); }
  std::int64_t size() { return static_cast<std::int64_t>(queue.size()); }
  std::string task_done() { return queue.task_done() ? "refused" : "ok"; }
  void join() { queue.join(); }

 private:
  template <class Result>
  Value opened(Result result) {
    if (!result) return Value(std::string(to_string(result.status())));
    inside.add(-1);
    return Value((*result)->open());
  }
  std::string told(QueueStatus status) {
    if (status == QueueStatus::ok) inside.add(1);
    return std::string(to_string(status));
  }
};

/// A queue where who is told `closed` sees what was done before the close. Scenarios call close() once: the note is plain memory.
template <class Base>
struct Farewell : Base {
  typename Base::Platform::SharedData farewell;

  void close() {
    farewell.write();
    Base::close();
  }
  std::string put(int number) { return heard(Base::put(number)); }
  Value get() { return heard(Base::get()); }

 private:
  template <class Result>
  Result heard(Result result) {
    if (as_value(result) == Value("closed")) farewell.read();
    return result;
  }
};

inline constexpr auto farewell_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("put", &T::put, gen::distinct())
      .operation("get", &T::get)
      .operation("close", &T::close)
      .weight(0)
      .scenario("closed while one waits", "get | close")
      .scenario("closed while one puts", "put(1) | close")
      .scenario("closed with an item left", "put(1) : get get | close");
};

/// And where who has joined sees the work that was done. Scenarios call join() once, and task_done() from one thread.
template <class P, std::size_t kCapacity>
struct Handshake : Farewell<QueueInterface<P, kCapacity>> {
  using Base = Farewell<QueueInterface<P, kCapacity>>;

  typename P::SharedData work;

  std::string task_done() {
    work.write();
    return Base::task_done();
  }
  void join() {
    Base::join();
    work.read();
  }
};

inline constexpr auto handshake_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.with(farewell_operations)
      .operation("task_done", &T::task_done)
      .weight(0)
      .operation("join", &T::join)
      .weight(0)
      .scenario("joined", "put(1) get : task_done | join");
};

template <class P>
using HandshakeSubject = Handshake<P, 2>;
template <class P>
using UnboundedHandshakeSubject = Handshake<P, 0>;

template <class P>
using QueueSubject = QueueInterface<P, 2>;
template <class P>
using UnboundedQueueSubject = QueueInterface<P, 0>;

}  // namespace proberen::reference
