// Whether the program is deterministic, by a look before the search: its first execution is run again, and each step must be the one that
// it was, values included. The search itself compares only what it happens to run again.
//
// What an execution leaves on the stacks is there for the next one, so the first run is only made for that. Limits: what shows itself in
// later executions alone, or in none of their steps, is not found here; nor is anything where an execution is long, or
// does not come to its end.

#include <algorithm>
#include <chrono>
#include <utility>

#include "models/runtime/session.hpp"
#include "models/runtime/signals.hpp"

namespace proberen::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kRuns = 3;
constexpr milliseconds kLongest{500};  ///< of all runs together
constexpr int kMostSteps = 2000;       ///< to put a longer execution into words may take longer than to run it
constexpr int kShare = 10;             ///< and of the search's time no more than one in so many parts

bool same(const explore::Step& a, const explore::Step& b) {
  return a.thread == b.thread && a.index == b.index && a.text == b.text && a.reads_from == b.reads_from && a.site == b.site;
}

explore::Failure difference(const explore::Step* earlier, const explore::Step* now) {
  const explore::Step& step = now != nullptr ? *now : *earlier;
  explore::Failure failure;
  failure.kind = explore::FailureKind::kNondeterminism;
  failure.message = "the program is not deterministic: step " + std::to_string(step.index) + " of thread " + std::to_string(step.thread) +
                    " is another one when the same execution is run again";
  const auto add = [&](const explore::Step* one, const char* when) {
    if (one != nullptr) failure.places.push_back({one->thread, one->site, std::string(when) + ": " + one->text});
  };
  add(now, "this time");
  add(earlier, "earlier");
  return failure;
}

}  // namespace

std::optional<std::vector<explore::Step>> Session::steps_of_first_execution(const std::function<void()>& before) {
  engine_ = std::make_unique<explore::Engine>(engine_options_, *this);
  outcomes_ = Outcomes();
  spin_facts_ = SpinFacts();
  session = this;
  proberen_mode = kInside;
  std::optional<std::vector<explore::Step>> made;
  if (engine_->begin()) {
    run_execution(before);
    int steps = 0;
    for (int thread = 0; thread < threads_; ++thread) steps += engine_->steps(thread);
    if (engine_->completed() && steps <= kMostSteps) made = engine_->all_steps();
    engine_->end();
  }
  proberen_mode = kNative;
  session = nullptr;
  if (engine_->failure()) return {};
  return made;
}

bool Session::is_different(const std::function<void()>& before) {
  const bool repeatable = body_.variables_put_back && !body_.judge && options_.search != explore::Search::kReplay;
  if (!repeatable) return false;
  std::optional<explore::Failure> difference = find_difference(before);
  // It may be that the program looks at what an earlier execution has left on its stacks.
  if (difference && !std::exchange(clean_stacks_, true)) difference = find_difference(before);
  if (!difference) return false;
  findings_ = {};
  findings_.clean_stacks = true;
  findings_.failure = std::move(difference);
  return true;
}

std::optional<explore::Failure> Session::find_difference(const std::function<void()>& before) {
  const auto started = steady_clock::now();
  const milliseconds given = engine_options_.time;
  const milliseconds most = given.count() == 0 ? kLongest : std::min(kLongest, given / kShare);
  std::optional<explore::Failure> found;
  std::optional<std::vector<explore::Step>> earlier;
  for (int run = 1; run <= kRuns && !found; ++run) {
    const auto left = most - std::chrono::duration_cast<milliseconds>(steady_clock::now() - started);
    if (left.count() <= 0) break;
    engine_options_.time = left;
    const auto now = steps_of_first_execution(before);
    if (!now || starts_over_) break;
    if (run == kRuns) {
      const auto [a, b] = std::mismatch(earlier->begin(), earlier->end(), now->begin(), now->end(), same);
      const bool ends = a == earlier->end(), ends_now = b == now->end();
      if (!ends || !ends_now) found = difference(ends ? nullptr : &*a, ends_now ? nullptr : &*b);
    }
    earlier = now;
  }
  starts_over_ = false;
  signals_watch();
  if (!interrupted()) left_at_.reset();
  engine_options_.time = given;
  return found;
}

}  // namespace proberen::runtime
