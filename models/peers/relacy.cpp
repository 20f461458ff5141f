// Relacy's side: rl::atomic, its full and its random scheduler.

#include <optional>
#include <type_traits>

#include "models/peers/peer.hpp"
#include "models/relacy/relacy_library.hpp"

namespace proberen::peers {
namespace {

using relacy::Outside;

constexpr rl::memory_order order_of(Order order) {
  switch (order) {
    case relaxed:
      return rl::mo_relaxed;
    case consume:
      return rl::mo_consume;
    case acquire:
      return rl::mo_acquire;
    case release:
      return rl::mo_release;
    case acq_rel:
      return rl::mo_acq_rel;
    default:
      return rl::mo_seq_cst;
  }
}

struct Relacy {
  static rl::debug_info here() { return {"", "", 0}; }

  struct A {
    class Int {
     public:
      Int() { atomic_.store(0, rl::mo_relaxed, here()); }
      int load(Order order) const { return atomic_.load(order_of(order), here()); }
      void store(int value, Order order) { atomic_.store(value, order_of(order), here()); }
      int exchange(int value, Order order) { return atomic_.exchange(value, order_of(order), here()); }
      int fetch_add(int value, Order order) { return atomic_.fetch_add(value, order_of(order), here()); }
      bool compare_exchange_strong(int& expected, int value, Order order, Order on_failure) {
        return atomic_.compare_exchange_strong(expected, value, order_of(order), here(), order_of(on_failure), here());
      }

     private:
      rl::atomic<int> atomic_;
    };
    static void fence(Order order) { rl::atomic_thread_fence(order_of(order), here()); }
    static void pause() { rl::yield(1, here()); }
  };

  template <class Program>
  static void run(const Request& request, Result& result) {
    std::ostream nowhere(nullptr);
    rl::ostringstream state;
    rl::test_params parameters;
    parameters.search_type = request.random ? rl::random_scheduler_type : rl::fair_full_search_scheduler_type;
    parameters.iteration_count = request.executions_max != 0 ? static_cast<rl::iteration_t>(request.executions_max) : ~rl::iteration_t{0};
    parameters.output_stream = &nowhere;
    parameters.progress_stream = &nowhere;
    parameters.execution_depth_limit = 2000;
    Now<Program>::request = &request;
    Now<Program>::result = &result;
    Now<Program>::ends = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(request.seconds_max));
    constexpr int kThreads = Program::kThreads;
    const rl::test_result_e found = request.random
                                        ? rl::run_test<Suite<Program>, rl::random_scheduler<kThreads>>(parameters, state, false)
                                        : rl::run_test<Suite<Program>, rl::full_search_scheduler<kThreads>>(parameters, state, false);
    result.complete = !request.random && found == rl::test_result_success;
    result.right = found == rl::test_result_success || found == rl::test_result_until_condition_hit;
  }

 private:
  using Clock = std::chrono::steady_clock;

  template <class Program>
  struct Now {
    static inline const Request* request = nullptr;
    static inline Result* result = nullptr;
    static inline Clock::time_point ends;
  };

  template <class Program>
  struct Suite : rl::test_suite<Suite<Program>, Program::kThreads> {
    std::optional<Program> program;

    void before() {
      Result& result = *Now<Program>::result;
      const bool limited = Now<Program>::request->seconds_max > 0 && (result.executions & 255) == 0;
      if (limited && Clock::now() >= Now<Program>::ends) rl::ctx().rl_until("the limit", here());
      ++result.executions;
      program.emplace();
    }
    void thread(unsigned index) { program->thread(static_cast<int>(index)); }
    void after() {
      program->last();
      if constexpr (requires { program->right(); }) {
        if (!program->right()) rl::ctx().fail_test("", rl::test_result_user_assert_failed, here());
      } else if (Now<Program>::request->observe) {
        const Outside our_own_memory;
        Now<Program>::result->outcomes.insert(program->outcome());
      }
      program.reset();
    }
  };
};

}  // namespace
}  // namespace proberen::peers

int main(int count, char** words) { return proberen::peers::run_peer<proberen::peers::Relacy>(count, words); }
