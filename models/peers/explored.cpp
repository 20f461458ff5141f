// The engine's own side: std::atomic and POSIX threads, compiled with the hooks.

#include <pthread.h>

#include <algorithm>

#include "models/peers/peer.hpp"
#include "proberen/explore.h"
#include "proberen/explore.hpp"

const char proberen_explores_itself = 1;

namespace proberen::peers {
namespace {

struct Explored {
  struct A {
    struct Int : std::atomic<int> {
      Int() : std::atomic<int>(0) {}
    };
    static void fence(Order order) { std::atomic_thread_fence(order); }
    static void pause() {}
  };

  template <class Program>
  static void run(const Request& request, Result& result) {
    explore::Options options;
    options.search = request.random ? explore::Search::kRandom : explore::Search::kExhaustive;
    options.max_executions = request.executions_max;
    options.time = std::chrono::milliseconds(static_cast<std::int64_t>(request.seconds_max * 1000));
    const explore::Report report = explore::run(options, [&] { execute<Program>(request.observe); });
    result.executions = report.counts.executions + report.counts.blocked;
    result.complete = report.complete;
    result.right = report.passed();
    for (const explore::Outcome& outcome : report.outcomes) result.outcomes.insert(outcome.values);
  }

 private:
  template <class Program>
  struct Start {
    Program* program;
    int thread;
  };

  template <class Program>
  static void execute(bool observe) {
    Program program;
    Start<Program> starts[Program::kThreads];
    pthread_t threads[Program::kThreads];
    for (int t = 0; t < Program::kThreads; ++t) {
      starts[t] = {&program, t};
      pthread_create(&threads[t], nullptr, run_thread<Program>, &starts[t]);
    }
    for (const pthread_t thread : threads) pthread_join(thread, nullptr);
    program.last();
    if constexpr (requires { program.right(); }) {
      proberen_assert(program.right());
    } else if (observe) {
      static constexpr const char* kNames[] = {"r0", "r1", "r2", "r3"};
      for (std::size_t i = 0; i < program.r.size(); ++i) proberen_observe(kNames[i], program.r[i]);
    }
  }

  template <class Program>
  static void* run_thread(void* argument) {
    const auto& start = *static_cast<Start<Program>*>(argument);
    start.program->thread(start.thread);
    return nullptr;
  }
};

}  // namespace
}  // namespace proberen::peers

int main(int count, char** words) { return proberen::peers::run_peer<proberen::peers::Explored>(count, words); }
