#include "cli/proberen/outcome.hpp"

#include <string.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "cli/proberen/error.hpp"

namespace proberen::cli {
namespace {

using std::chrono::milliseconds;

constexpr int kTimes = 6;  ///< a method shrinks what it found, which takes longer than to find it
constexpr int kTimesOfTwin = 2;
constexpr milliseconds kGrace{60'000};
constexpr int kSeriesPerBenchmark = 8;  ///< one for each number of threads, each of which gets the whole budget
constexpr std::size_t kDetails = 40;    ///< lines

Record death(const Task& task, const Options& options, const Outcome& outcome, std::string kind, std::string message) {
  Record record = begin_record(task, options);
  record.verdict = Verdict::kFail;
  record.how = "the check did not end as it should";
  record.duration_s = outcome.duration_s;
  Failure failure;
  failure.kind = std::move(kind);
  failure.message = std::move(message);
  failure.replay = "proberen " + task.method + " " + quoted(task.subject->name) + " --seed " + std::to_string(options.seed);
  failure.details = last_lines(outcome.errors, kDetails);
  record.failure = std::move(failure);
  return record;
}

}  // namespace

std::string quoted(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("_-.:,/+=@%").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

std::string how_it_ended(const Outcome& outcome) {
  if (outcome.signal == 0) return "exit status " + std::to_string(outcome.exit_status);
  const char* const name = ::sigabbrev_np(outcome.signal);
  return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(outcome.signal);
}

milliseconds hang_limit(const Task& task) {
  if (const char* forced = std::getenv("PROBEREN_HANG_LIMIT_MS")) return milliseconds(std::strtoll(forced, nullptr, 10));
  // A twin that has only to be caught shrinks nothing. Stress ends some time after its own: its crash loops have a number of kills to make.
  const bool ends_in_time = task.as_twin && task.method != "stress";
  milliseconds limit = (ends_in_time ? kTimesOfTwin : kTimes) * task.time + kGrace;
  if (task.method == "bench") limit += kSeriesPerBenchmark * static_cast<milliseconds::rep>(task.subject->benchmarks) * task.time;
  return limit;
}

std::string name_of(const Task& task) {
  const bool plain = task.variant == "native" || task.variant == "relacy";
  return task.subject->name + " " + task.method + (plain ? "" : " (" + task.variant + ")");
}

std::vector<Record> records_so_far(const std::string& file) {
  if (!std::filesystem::exists(file)) return {};
  try {
    return read_records(file, true);
  } catch (const RecordError&) {
    return {};
  }
}

std::vector<Record> records_of(const Task& task, const Options& options, const Outcome& outcome, const std::string& file) {
  if (const auto problem = start_problem(task.program, outcome)) throw BadRequest(*problem);
  if (outcome.exited_with(2)) {
    const std::vector<std::string> said = last_lines(outcome.errors, 1);
    throw BadRequest(name_of(task) + ": " + (said.empty() ? "the check refused, and did not say why" : said.front()));
  }
  std::vector<Record> records;
  if (std::filesystem::exists(file)) {
    try {
      records = read_records(file, true);
    } catch (const RecordError& error) {
      records.push_back(
          death(task, options, outcome, "other", std::string("the check wrote a record that cannot be read: ") + error.what()));
    }
  }
  if (outcome.timed_out) {
    const std::string limit = std::to_string((hang_limit(task).count() + 999) / 1000);
    records.push_back(death(task, options, outcome, "hang", "the check did not end within " + limit + " s and was killed"));
  } else if (!outcome.exited_with(0)) {
    records.push_back(death(task, options, outcome, "crash", "the check died: " + how_it_ended(outcome)));
  } else if (records.empty()) {
    records.push_back(death(task, options, outcome, "other", "the check ended without a record"));
  }
  return records;
}

}  // namespace proberen::cli
