// The functions of proberen/explore.h, and explore::run.

#include <stdexcept>

#include "models/runtime/call.hpp"
#include "models/runtime/heap.hpp"
#include "models/runtime/libc/kept.hpp"
#include "models/runtime/libc/process_end.hpp"
#include "models/runtime/lines.hpp"
#include "models/runtime/program.hpp"
#include "models/runtime/recorder.hpp"
#include "models/runtime/session.hpp"
#include "models/runtime/signals.hpp"
#include "models/runtime/snapshot.hpp"
#include "proberen/explore.h"
#include "proberen/explore.hpp"

namespace proberen::explore {

Report run(const Options& options, const Body& body) {
  if (runtime::session != nullptr) throw std::runtime_error("explore::run: an exploration is running already");
  static const bool ready = runtime::heap_reserve() && runtime::reserve_stacks();
  if (!ready) throw std::runtime_error("explore::run: the address ranges for stacks and heap are taken");
  runtime::find_libc();
  runtime::Session session(options, body);
  runtime::signals_take_over();
  runtime::take_over_terminate();
  std::optional<runtime::Snapshot> snapshot;
  if (body.variables_put_back) snapshot.emplace(session.modules());
  session.run([&] {
    runtime::kept_put_back();
    if (snapshot) snapshot->restore();
  });
  runtime::kept_put_back();
  snapshot.reset();
  runtime::give_back_terminate();
  runtime::signals_give_back();
  const runtime::Findings& findings = session.findings();
  Report report{findings.complete, findings.counts, findings.failure, {}};
  for (const auto& row : findings.outcomes.table()) report.outcomes.push_back({row.outcome, row.count, row.kind});
  return report;
}

Report run(const Options& options, const std::function<void()>& body) { return run(options, Body{body}); }

Unseen::Unseen() : was_seen_(runtime::explored()) {
  if (was_seen_) proberen_mode = runtime::kInside;
}
Unseen::~Unseen() {
  if (was_seen_) proberen_mode = runtime::kExplored;
}

ThreadId this_thread() { return runtime::engine().current(); }
int steps_made() { return runtime::engine().steps(this_thread()); }
int steps_known(ThreadId thread) { return runtime::engine().known(this_thread(), thread); }

Told tell(const Failure& failure) {
  const runtime::Lines lines;
  Told told;
  told.kind = to_string(failure.kind);
  told.message = lines.name_addresses(failure.message);
  const runtime::Ways ways = runtime::recorded_ways(failure);
  for (std::size_t i = 0; i < failure.places.size(); ++i) {
    const Place& place = failure.places[i];
    told.places.push_back({place.thread, lines.name_addresses(place.what), lines.of_way(place.site, ways.places[i])});
    if (told.location.empty()) told.location = told.places.back().location;
  }
  for (std::size_t i = 0; i < failure.steps.size(); ++i) {
    const Step& step = failure.steps[i];
    const std::string source = step.reads_from.empty() ? "" : " (from " + step.reads_from + ")";
    told.steps.push_back({step.thread, lines.name_addresses(step.text) + source, lines.of_way(step.site, ways.steps[i])});
  }
  if (told.location.empty() && !told.steps.empty()) told.location = told.steps.back().location;
  return told;
}

}  // namespace proberen::explore

using namespace proberen::runtime;  // NOLINT: what follows is a C interface

PROBEREN_INTERPOSED void proberen_runtime_assume(int holds) {
  if (!explored()) return;
  PROBEREN_ENTER();
  engine().assume(holds != 0, site);
}

PROBEREN_INTERPOSED void proberen_runtime_assert(int holds, const char* text, const char* file, unsigned line) {
  if (!explored() || holds != 0) return;
  PROBEREN_ENTER();
  fail(FailureKind::kAssertion, "assertion failed: " + std::string(text) + " (" + file + ":" + std::to_string(line) + ")", site,
       "proberen_assert");
}

PROBEREN_INTERPOSED unsigned proberen_runtime_choose(unsigned count) {
  if (!explored() || count < 2) return 0;
  PROBEREN_ENTER();
  effect();
  return engine().choose(count, site);
}

PROBEREN_INTERPOSED void proberen_runtime_spin_hint() {
  if (!explored()) return;
  PROBEREN_ENTER();
  const int steps = engine().steps(engine().current());
  engine().spin(steps > 0 ? steps - 1 : 0, site);  // it is the last read that has to change
}

PROBEREN_INTERPOSED void proberen_runtime_observe(const char* name, long long value) {
  if (!explored()) return;
  PROBEREN_ENTER();
  effect();
  session->outcomes().observe(name, value);
}

PROBEREN_INTERPOSED void proberen_runtime_outcome(int kind, const char* outcome) {
  if (!explored()) return;
  const Inside inside;
  session->outcomes().declare(static_cast<Outcomes::Kind>(kind), outcome);
}
