/// The line of a ThreadPool's tasks as a subject: its threads are those of the scenario.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proberen/detail/task_line.hpp"
#include "proberen/subject.hpp"
#include "subjects/tally.hpp"

namespace proberen::reference {

template <class P, class Rules = detail::TaskRules>
struct TaskLineSubject {
  using Platform = P;

  std::string submit(int number) {
    const detail::PoolState state = line_.submit(std::make_unique<Task>(*this, number));
    if (state == detail::PoolState::running) submitted_.add(1);
    if (state == detail::PoolState::running) return "ok";
    return state == detail::PoolState::closed ? "closed" : "ended";
  }
  std::optional<int> serve() {
    const std::unique_ptr<Task> task = line_.next();
    return task ? std::optional(task->run()) : std::nullopt;
  }
  void close() { line_.close(); }
  void end() { line_.end("ended"); }

  /// Where one has been answered twice, another has not been.
  [[nodiscard]] bool answers_add_up() {
    const auto waiting = static_cast<std::int64_t>(line_.waiting());
    return submitted_.count() == answered_.count() + waiting && (line_.state() != detail::PoolState::ended || waiting == 0);
  }

 private:
  /// On the heap: a race on it, a leak or a double answer is one that a sanitizer sees.
  class Task {
   public:
    Task(TaskLineSubject& owner, int number) : owner_(owner), number_(number) { mark_.write(); }
    int run() {
      mark_.read();
      owner_.answered_.add(1);
      return number_;
    }
    void refuse(const std::string& /*why*/) { (void)run(); }

   private:
    TaskLineSubject& owner_;
    [[no_unique_address]] typename P::SharedData mark_;
    int number_;
  };

  detail::TaskLine<Task, P, Rules> line_;
  Tally submitted_;
  Tally answered_;
};

inline constexpr auto task_line_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("submit", &T::submit, gen::distinct())
      .weight(2)
      .operation("serve", &T::serve)
      .operation("close", &T::close)
      .weight(0.3)
      .operation("end", &T::end)
      .weight(0.3)
      .scenario("one waits", "serve | submit(1)")
      .scenario("two wait", "serve | serve | submit(1) submit(2)")
      .scenario("closed while one submits", "submit(1) | close serve")
      .scenario("closed while one waits", "serve serve | submit(1) close")
      .scenario("ended while one submits", "submit(1) | end serve")
      .scenario("ended while one serves", "submit(1) submit(2) : serve | end")
      .scenario("ended while one sees it", "submit(1) : end | submit(2) serve")
      .scenario("ended twice", "submit(1) : end | end serve")
      .scenario("ended twice, then one submits", "end | end submit(1)")
      .workload("served", "submit(1) | serve | submit(2) | serve")
      .invariant("every task has one answer", [](T& object) { return object.answers_add_up(); });
};

}  // namespace proberen::reference
