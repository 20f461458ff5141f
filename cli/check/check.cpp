// The program of every check: runs one method on one subject of this program and appends its records to a file. People use `proberen`,
// which runs checks as child processes; a check that dies takes nothing with it but the record it was working on.
//
//   <check> list
//   <check> run --method M --subject NAME --records FILE [--variant V] [--seed N] [--time MS] [--quick] [--catch-only]
//   [--scenario TEXT] [--witness W] [--progress]
//
// Exit status: 0 the records are written, whatever their verdicts; 2 the request is wrong, one line on stderr says what.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/check/check.hpp"
#include "proberen/ipc/initialize.hpp"

namespace proberen::check {
namespace {

struct Arguments {
  std::string method;
  std::string subject;
  std::string records;
  bool progress = false;
  Request request;
};

std::uint64_t parse_number(std::string_view option, std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::invalid_argument(std::string(option) + " takes a number, not '" + std::string(text) + "'");
  }
  return number;
}

Arguments parse_arguments(int count, char** words, const Variant& variant) {
  Arguments arguments;
  arguments.request.variant = variant.name;
  for (int i = 2; i < count; ++i) {
    const std::string_view option = words[i];
    const auto value = [&]() -> std::string {
      if (i + 1 == count) throw std::invalid_argument(std::string(option) + " takes a value");
      return words[++i];
    };
    if (option == "--method") {
      arguments.method = value();
    } else if (option == "--subject") {
      arguments.subject = value();
    } else if (option == "--records") {
      arguments.records = value();
    } else if (option == "--variant") {
      arguments.request.variant = value();
    } else if (option == "--seed") {
      arguments.request.seed = parse_number(option, value());
    } else if (option == "--time") {
      arguments.request.time = std::chrono::milliseconds(parse_number(option, value()));
    } else if (option == "--scenario") {
      arguments.request.scenario = value();
    } else if (option == "--witness") {
      arguments.request.witness = value();
    } else if (option == "--quick") {
      arguments.request.quick = true;
    } else if (option == "--catch-only") {
      arguments.request.catch_only = true;
    } else if (option == "--progress") {
      arguments.progress = true;
    } else {
      throw std::invalid_argument("unknown option '" + std::string(option) + "'");
    }
  }
  if (arguments.method.empty() || arguments.subject.empty() || arguments.records.empty()) {
    throw std::invalid_argument("run needs --method, --subject and --records");
  }
  return arguments;
}

void list(const Variant& variant) {
  std::vector<std::string> names;
  for (const auto& method : variant.make_methods()) names.push_back(method->name());
  for (const Subject& subject : subjects()) {
    std::vector<std::string> operations;
    for (const Operation& operation : subject.operations) operations.push_back(operation.name);
    nlohmann::json line{{"subject", subject.name},
                        {"problem", subject.problem},
                        {"methods", names},
                        {"explorable", subject.explorable},
                        {"operations", operations},
                        {"process_shared", subject.type.process_shared},
                        {"benchmarks", subject.benchmarks.size()}};
    if (subject.twin) {
      line["twin_of"] = subject.twin->of;
      line["fault"] = subject.twin->fault;
      line["caught_by"] = subject.twin->caught_by;
    }
    std::cout << line.dump() << '\n';
  }
}

const Subject& find_subject(const std::string& name) {
  for (const Subject& subject : subjects()) {
    if (subject.name == name) return subject;
  }
  throw std::invalid_argument("no subject '" + name + "' in this check");
}

std::unique_ptr<Method> find_method(const std::string& name, const Variant& variant) {
  for (auto& method : variant.make_methods()) {
    if (method->name() == name) return std::move(method);
  }
  throw std::invalid_argument("no method '" + name + "' in the " + variant.name + " variant of this check");
}

/// A known-bad twin has only to fail, and often one part of a method alone can make it: one scenario, or processes but not threads. So all
/// parts get little time at first, and more each time that none has failed. What is kept is the round in which it failed, or the last.
void run_until_caught(Method& method, const Subject& subject, const Request& request, const RecordSink& sink, const Progress& progress) {
  using std::chrono::milliseconds;
  constexpr milliseconds kShortest{2000};
  constexpr std::uint64_t kSeedsApart = 999'983;  ///< a method counts its seeds on from the one that it gets
  Request round = request;
  round.time = std::min(kShortest, request.time);
  for (milliseconds left = request.time;;) {
    std::vector<Record> records;
    method.run(
        subject, round, [&](Record record) { records.push_back(std::move(record)); }, progress);
    left -= round.time;
    const bool caught = std::any_of(records.begin(), records.end(), [](const Record& r) { return r.verdict == Verdict::kFail; });
    if (caught || left <= milliseconds::zero()) {
      for (Record& record : records) sink(std::move(record));
      return;
    }
    round.time = left < 4 * round.time ? left : 2 * round.time;
    round.seed += kSeedsApart;
  }
}

void run(const Arguments& arguments, const Variant& variant) {
  const Subject& subject = find_subject(arguments.subject);
  if (!subject.problem.empty()) throw std::invalid_argument(subject.problem);
  const std::unique_ptr<Method> method = find_method(arguments.method, variant);
  RecordWriter writer(arguments.records);
  auto started = std::chrono::steady_clock::now();
  const auto sink = [&](Record record) {
    const auto now = std::chrono::steady_clock::now();
    record.duration_s = std::chrono::duration<double>(now - started).count();
    started = now;
    record.environment = environment();
    if (const char* commit = std::getenv("PROBEREN_COMMIT")) record.environment["commit"] = commit;
    writer.write(record);
  };
  const auto progress = [&](std::string_view text) {
    if (arguments.progress) std::cerr << text << '\n';
  };
  if (subject.operations.empty() && method->checks_operations()) {
    Record record = begin_record(subject, *method, arguments.request);
    record.verdict = Verdict::kSkipped;
    record.reason = "the subject declares no operations";
    sink(std::move(record));
    return;
  }
  if (arguments.request.catch_only) return run_until_caught(*method, subject, arguments.request, sink, progress);
  method->run(subject, arguments.request, sink, progress);
}

}  // namespace

int run_check(int count, char** words, const Variant& variant) {
  ipc::initialize(count, words);
  try {
    const std::string_view verb = count > 1 ? words[1] : "";
    if (verb == "list") {
      list(variant);
    } else if (verb == "run") {
      run(parse_arguments(count, words, variant), variant);
    } else {
      throw std::invalid_argument(
          "this is a check; run it with the command `proberen` (or: list | run --method M --subject NAME --records FILE)");
    }
    std::cout.flush();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}

}  // namespace proberen::check
