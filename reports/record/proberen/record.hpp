/// Record: what one method found about one subject. One JSON object a line; everything shown to people is derived from records.
///
/// The schema is reports/schema/record-1.schema.json; `schema` is its version.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace proberen {

inline constexpr int kRecordSchema = 1;

enum class Verdict { kPass, kFail, kInconclusive, kSkipped };

/// `pass`, `fail`, `inconclusive`, `skipped`.
[[nodiscard]] std::string_view to_string(Verdict verdict);

/// One step of an execution, or one call of a history, for people to read in lanes per thread.
struct Event {
  int thread = 0;           ///< -1: before the threads started
  std::string text;         ///< `put(1)`, `load acquire 0 of lock.hpp:88`
  std::string result;       ///< what it returned; "" when it did not return, or returns nothing to tell
  std::string location;     ///< `file:line`, or ""
  std::uint64_t begin = 0;  ///< positions in the execution, comparable within one record
  std::uint64_t end = 0;    ///< 0: pending when the execution ended
  int linearized = 0;       ///< 1-based place in the longest partial linearization; 0: not in it
};

struct Failure {
  /// One of: assertion, data-race, deadlock, livelock, lost-wake-up, not-linearizable, invariant, use-after-free, double-free,
  /// out-of-bounds, leak, uninitialized-read, undefined-behaviour, lock-misuse, uncaught-exception, crash, hang, outcome, slow, lock-order,
  /// other.
  std::string kind;
  std::string message;               ///< one line
  std::string location;              ///< `file:line` where the failure has one, else ""
  std::string witness;               ///< what reproduces it; "" when nothing does
  std::string replay;                ///< the command line that replays it, starting with `proberen`
  std::string scenario;              ///< the smallest scenario found that still fails, in text form
  std::vector<Event> history;        ///< the calls, with the longest partial linearization
  std::vector<Event> interleaving;   ///< the steps, where the method sees them
  std::vector<std::string> details;  ///< more lines: both stacks of a race, the detector's words
};

/// One series of measurements: every repetition is kept.
struct Series {
  std::string benchmark;  ///< what is measured
  std::string peer;       ///< "" for the subject itself
  int threads = 1;
  std::string unit;  ///< `ns/op`, `op/s`, `us`, `share` …
  bool less_is_better = true;
  std::vector<double> samples;
};

/// A goal stated as a ratio of medians of two series of one run.
struct Goal {
  std::string text;     ///< `Lock uncontended at most 0.80 of std::mutex's time`
  double ratio = 0;     ///< measured
  double limit = 0;     ///< asked for
  bool at_most = true;  ///< else at least
  bool met = false;
};

struct Record {
  int schema = kRecordSchema;
  std::string subject;
  std::string method;                                ///< explore, fuzz, stress, bench
  std::map<std::string, std::string> configuration;  ///< threads, memory model, search, start method, sanitizer, scenario, seed …
  Verdict verdict = Verdict::kSkipped;
  bool complete = false;                        ///< the method exhausted what it claims
  std::string how;                              ///< how the verdict was reached, in a few words: `exhaustive, 12,345 executions`
  std::string reason;                           ///< why skipped or inconclusive; "" else
  std::vector<std::string> limits;              ///< what this verdict does not say: `TSan does not see races on memory shared by processes`
  std::map<std::string, std::uint64_t> counts;  ///< executions, scenarios, histories, operations, reports …
  std::optional<Failure> failure;
  std::vector<Series> series;
  std::vector<Goal> goals;
  std::string twin_of;                             ///< the subject whose known-bad twin this is; "" for an ordinary subject
  std::string fault;                               ///< what is wrong with the twin
  bool expected_to_fail = false;                   ///< a twin that this method claims to catch
  std::map<std::string, std::string> environment;  ///< cpu, cores, kernel, compiler, libc, commit
  double duration_s = 0;
};

/// A line that is not a record, or one of a schema that this program does not know. `what()` is one line for the user.
struct RecordError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One line of JSON, without the line break. Numbers that JSON cannot hold (NaN, infinities) are left out.
[[nodiscard]] std::string to_json(const Record& record);

/// Throws RecordError.
[[nodiscard]] Record record_from_json(std::string_view line);

/// Reads a record file; blank lines are skipped. Throws RecordError that names the file and the line. A last line without a line break is
/// what a killed run leaves: it is an error too unless `tolerate_truncated_tail`.
[[nodiscard]] std::vector<Record> read_records(const std::string& path, bool tolerate_truncated_tail = false);

/// Appends records to a file, each with one write(2), so that a killed run leaves every finished record readable.
class RecordWriter {
 public:
  /// Throws std::system_error when the file cannot be opened.
  explicit RecordWriter(const std::string& path);
  ~RecordWriter();
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;
  /// Throws std::system_error when the disk is full.
  void write(const Record& record);

 private:
  int descriptor_;
};

/// The machine and the build that measure: cpu, cores, kernel, compiler, libc.
[[nodiscard]] std::map<std::string, std::string> environment();

}  // namespace proberen
