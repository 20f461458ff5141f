#include "models/runtime/report.hpp"

#include "models/runtime/build_id.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "models/runtime/libc/output.hpp"
#include "models/runtime/lines.hpp"
#include "models/runtime/recorder.hpp"
#include "proberen/explore.hpp"

namespace proberen::runtime {
namespace {

using explore::Search;

/// `12,345`
std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

void add_output(std::vector<std::string>& details, const char* name, const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) details.push_back(std::string(name) + ": " + line);
}

proberen::Failure describe(const explore::Failure& failure) {
  explore::Told told = explore::tell(failure);
  proberen::Failure result;
  result.kind = std::move(told.kind);
  result.message = std::move(told.message);
  result.location = std::move(told.location);
  if (!failure.witness.empty()) result.witness = bind_witness(failure.witness);
  for (const auto& place : told.places) {
    result.details.push_back("T" + std::to_string(place.thread) + ": " + place.text +
                             (place.location.empty() ? "" : " at " + place.location));
  }
  std::uint64_t position = 0;
  for (auto& step : told.steps) {
    Event event;
    event.thread = step.thread;
    event.text = std::move(step.text);
    event.location = std::move(step.location);
    event.begin = event.end = ++position;
    result.interleaving.push_back(std::move(event));
  }
  add_output(result.details, "stdout", output_text(1));
  add_output(result.details, "stderr", output_text(2));
  return result;
}

/// What a sampled search has left unseen, by the graphs that it has seen once: I. J. Good, "The Population Frequencies of Species and the
/// Estimation of Population Parameters", Biometrika 40 (1953).
std::string likely_unseen(const explore::Counts& counts) {
  const std::uint64_t at_least_one = std::max<std::uint64_t>(counts.seen_once, 1);
  const double share = 100.0 * static_cast<double>(at_least_one) / static_cast<double>(counts.compared);
  char percent[32];
  std::snprintf(percent, sizeof(percent), "%.*g", share < 10 ? 2 : 3, share);
  return "one more execution has a reads-from graph that none of these had with a probability of " +
         std::string(counts.seen_once != 0 ? "about " : "less than about ") + percent + " %: of " + grouped(counts.compared) + ", " +
         grouped(counts.seen_once) + " have one that no other has";
}

/// `; thread 1 then waited in the kernel at …`
std::string where_left(const Findings& findings) {
  if (!findings.left_at) return "";
  const explore::Place& place = *findings.left_at;
  const std::string location = Lines().of_site(place.site);
  return "; thread " + std::to_string(place.thread) + " then " + place.what + (location.empty() ? "" : " at " + location);
}

void set_verdict(Record& record, const Findings& findings, const explore::Options& options, bool stopped) {
  const bool sampled = options.search != Search::kExhaustive && options.search != Search::kReplay;
  record.complete = findings.complete && !sampled;
  if (findings.failure) {
    record.verdict = Verdict::kFail;
    record.failure = describe(*findings.failure);
  } else if (stopped) {
    record.verdict = Verdict::kInconclusive;
    record.reason = "the search was interrupted" + where_left(findings);
  } else if (sampled && findings.counts.executions + findings.counts.blocked == 0) {
    record.verdict = Verdict::kInconclusive;
    record.reason = "a budget ended before the first execution did" + where_left(findings);
  } else if (record.complete || sampled || options.search == Search::kReplay) {
    record.verdict = Verdict::kPass;
  } else if (findings.left_out) {
    record.verdict = Verdict::kInconclusive;
    record.reason = "executions that need more than " + std::to_string(options.preemptions) + " preemptions were not visited";
  } else {
    record.verdict = Verdict::kInconclusive;
    record.reason = "a budget ended before every execution was visited" + where_left(findings);
  }
}

}  // namespace

Record make_record(const Findings& findings, const ProgramOptions& options, const std::string& subject, double duration_s, bool stopped) {
  const explore::Counts& counts = findings.counts;
  Record record;
  record.subject = subject;
  record.method = "explore";
  record.configuration = options.words;
  record.configuration.erase("record");
  record.configuration["model"] = options.engine.model == explore::MemoryModel::kSc ? "sc" : "rc11";
  record.configuration["search"] = name_of(options.engine.search);
  record.configuration["seed"] = std::to_string(options.engine.seed);
  record.counts = {{"executions", counts.executions}, {"blocked", counts.blocked}, {"events", counts.events}, {"longest", counts.longest}};
  if (counts.distinct != 0) {
    record.counts["distinct"] = counts.distinct;
    record.counts["seen once"] = counts.seen_once;
  }
  for (const Outcomes::Row& row : findings.outcomes.table()) {
    record.counts["outcome " + row.outcome + (row.kind.empty() ? "" : " (" + row.kind + ")")] = row.count;
  }
  set_verdict(record, findings, options.engine, stopped);
  record.how = std::string(name_of(options.engine.search)) + ", " + grouped(counts.executions) + " executions" +
               (counts.blocked != 0 ? ", " + grouped(counts.blocked) + " blocked" : "") +
               (counts.distinct != 0 ? ", " + grouped(counts.distinct) + " distinct" : "");
  record.limits = {
      "load buffering is not explored, and consume is acquire",
      "a loop whose updates write what they have read, or whose locks are given up again, is cut short as if it had only read"};
  if (!findings.spurious) record.limits.push_back("weak compare-and-swaps and condition waits never fail for no reason");
  if (findings.spurious && findings.unknown_strength)
    record.limits.push_back("compare-and-swaps compiled by clang, which does not say which are weak, never fail for no reason");
  if (!options.engine.races_fail) record.limits.push_back("accesses that the compiler has optimized away are not explored: -O0 keeps them");
  if (findings.barriers) record.limits.push_back("of the threads at a barrier always the same one is told PTHREAD_BARRIER_SERIAL_THREAD");
  if (findings.clean_stacks) record.limits.push_back("local variables that the program does not initialize are zero");
  if (counts.compared != 0 && !findings.failure) record.limits.push_back(likely_unseen(counts));
  if (counts.executions == 0 && !findings.failure)
    record.limits.push_back("no execution ran to its end: each broke an assumption or waits in vain, and what comes later was not checked");
  record.environment = environment();
  record.duration_s = duration_s;
  return record;
}

namespace {

/// A step that is made again and again, as in a loop that waits, is shown once.
void add_steps(std::ostream& out, const std::vector<Event>& steps) {
  for (std::size_t i = 0; i < steps.size();) {
    const Event& step = steps[i];
    std::size_t next = i + 1;
    while (next < steps.size() && steps[next].thread == step.thread && steps[next].text == step.text &&
           steps[next].location == step.location)
      ++next;
    out << "  T" << step.thread << "  " << step.text;
    if (next - i > 1) out << "  (" << next - i << " times)";
    if (!step.location.empty()) out << "    " << step.location;
    out << "\n";
    i = next;
  }
}

}  // namespace

std::string summary(const Record& record, const ProgramOptions& options) {
  std::ostringstream out;
  out << record.subject << ": " << to_string(record.verdict) << (record.complete ? ", complete" : "") << " (" << record.how << ")\n";
  if (!record.reason.empty()) out << "  " << record.reason << "\n";
  for (const auto& [name, count] : record.counts) {
    if (name.starts_with("outcome ")) out << "  " << name << ": " << grouped(count) << "\n";
  }
  if (!record.failure) return out.str();
  const proberen::Failure& failure = *record.failure;
  out << "  " << failure.kind << ": " << failure.message << (failure.location.empty() ? "" : " at " + failure.location) << "\n";
  for (const std::string& line : failure.details) out << "    " << line << "\n";
  if (options.trace || failure.interleaving.size() <= 200) add_steps(out, failure.interleaving);
  if (!failure.witness.empty()) out << "  witness: " << failure.witness << "\n";
  return out.str();
}

int exit_status(const Record& record) {
  switch (record.verdict) {
    case Verdict::kPass:
      return 0;
    case Verdict::kFail:
      return 1;
    default:
      return 3;
  }
}

}  // namespace proberen::runtime
