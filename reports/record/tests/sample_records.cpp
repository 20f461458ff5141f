#include "reports/record/tests/sample_records.hpp"

namespace proberen::samples {
namespace {

std::map<std::string, std::string> machine() {
  return {{"cpu", "Example CPU @ 3.00GHz"}, {"cores", "2"},         {"kernel", "Linux 6.1.0 x86_64"},
          {"compiler", "gcc 12.2.0"},       {"libc", "glibc 2.36"}, {"build", "RelWithDebInfo"},
          {"commit", "0123456789ab"}};
}

Record start(const std::string& subject, const std::string& method, Verdict verdict, const std::string& how) {
  Record record;
  record.subject = subject;
  record.method = method;
  record.configuration = {{"seed", "7"}, {"variant", method == "explore" ? "relacy" : "native"}};
  record.verdict = verdict;
  record.how = how;
  record.environment = machine();
  record.duration_s = 1.25;
  return record;
}

Series series(const std::string& peer, std::vector<double> samples) {
  Series made;
  made.benchmark = "put and get";
  made.peer = peer;
  made.threads = 2;
  made.unit = "ns/op";
  made.samples = std::move(samples);
  return made;
}

}  // namespace

Record everything() {
  Record record = broken_queue();
  record.complete = true;
  record.reason = "a reason, \"quoted\"";
  record.limits = {"one limit", "another <limit> & more"};
  record.counts = {{"executions", 18446744073709551615u}, {"blocked", 0}};
  record.failure->location = "queue.hpp:41";
  record.failure->interleaving = deadlock().failure->interleaving;
  record.failure->details = {"first line", "second\tline"};
  record.series = {series("", {1.5, 2, 2.5}), series("std::queue", {})};
  record.series[1].less_is_better = false;
  record.goals = {{"a goal", 0.75, 0.8, true, true}};
  record.twin_of = "Queue";
  record.fault = "it is wrong — on purpose";
  record.expected_to_fail = true;
  return record;
}

std::vector<Record> good_queue() {
  std::vector<Record> records;
  records.push_back(start("Queue", "explore", Verdict::kPass, "exhaustive, 12,345 executions"));
  records.back().complete = true;
  records.back().configuration["scenario"] = "put(1) | get";
  records.back().counts = {{"executions", 12345}};
  records.push_back(start("Queue", "explore", Verdict::kPass, "random, 5,000 executions"));
  records.back().configuration["scenario"] = "put(1) get | put(2) get | try_get";
  records.back().limits = {"Relacy does not model mixed-size accesses"};
  records.push_back(start("Queue", "fuzz", Verdict::kPass, "random, 900 histories"));
  records.push_back(start("Queue", "stress", Verdict::kPass, "2,000,000 operations"));
  records.push_back(start("Queue", "stress", Verdict::kPass, "500,000 operations under ThreadSanitizer"));
  records.back().configuration["variant"] = "tsan";
  records.back().limits = {"ThreadSanitizer does not see races on memory shared by processes"};
  records.push_back(start("Queue", "bench", Verdict::kPass, "10 interleaved rounds"));
  records.back().series = {series("", {51, 50, 52, 49, 50, 51, 53, 50, 48, 50}),
                           series("mutex and condition variable", {101, 99, 104, 100, 98, 102, 100, 97, 900, 101}),
                           series("a peer that did not run", {})};
  records.back().goals = {{"Queue at most 0.60 of the time of a mutex and a condition variable", 0.5, 0.6, true, true},
                          {"the slower thread at least 0.40", 0.31, 0.4, false, false}};
  return records;
}

Record broken_queue() {
  Record record = start("RingQueue", "fuzz", Verdict::kFail, "random, scenario 17");
  Failure failure;
  failure.kind = "not-linearizable";
  failure.message = "get returned 2 before 1 <was> taken";
  failure.witness = "F1-7-17";
  failure.replay = "proberen fuzz RingQueue --seed 7 --scenario 'put(1) put(2) | get'";
  failure.scenario = "put(1) : put(2) get | get";
  failure.history = {{-1, "put(1)", "none", "", 1, 2, 1},
                     {0, "put(2)", "none", "", 3, 5, 2},
                     {1, "get()", "2", "", 4, 7, 0},
                     {0, "get()", "", "", 6, 0, 0}};
  record.failure = failure;
  return record;
}

Record deadlock() {
  Record record = start("Lock", "explore", Verdict::kFail, "full search, execution 42");
  Failure failure;
  failure.kind = "deadlock";
  failure.message = "all threads blocked";
  failure.location = "lock.hpp:88";
  failure.replay = "proberen explore Lock --witness R1-42";
  failure.scenario = "acquire release | acquire release";
  failure.interleaving = {{0, "load acquire 0", "", "lock.hpp:80", 1, 1, 0},
                          {1, "exchange acq_rel 0 → 1", "", "lock.hpp:81", 2, 2, 0},
                          {0, "futex wait", "blocked", "lock.hpp:88", 3, 3, 0}};
  failure.details = {"thread 0 waits for ever at lock.hpp:88"};
  record.failure = failure;
  return record;
}

Record twin(const std::string& method, bool caught) {
  Record record = start("QueueWithoutWake", method, caught ? Verdict::kFail : Verdict::kPass, "random, 300 executions");
  record.twin_of = "Queue";
  record.fault = "put does not wake";
  record.expected_to_fail = true;
  if (caught) {
    record.failure = Failure{};
    record.failure->kind = "lost-wake-up";
    record.failure->message = "get blocked though an item is there";
  }
  return record;
}

Record skipped() {
  Record record = start("Queue", "stress", Verdict::kSkipped, "");
  record.configuration["variant"] = "asan";
  record.reason = "the asan variant is not built";
  return record;
}

Record inconclusive() {
  Record record = start("Lock", "fuzz", Verdict::kInconclusive, "random, 3 histories");
  record.reason = "the time ended before the first round";
  return record;
}

std::vector<Record> mixed() {
  std::vector<Record> records = good_queue();
  records.push_back(skipped());
  records.push_back(broken_queue());
  records.push_back(deadlock());
  records.push_back(inconclusive());
  records.push_back(twin("explore", true));
  records.push_back(twin("fuzz", false));
  return records;
}

}  // namespace proberen::samples
