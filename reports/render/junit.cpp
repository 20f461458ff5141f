#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <pugixml.hpp>
#include <set>

#include "proberen/render.hpp"
#include "reports/render/lanes.hpp"
#include "reports/render/summary.hpp"
#include "reports/render/text.hpp"

namespace proberen {
namespace {

using namespace render;

enum class Result { kPassed, kFailure, kError, kSkipped };

struct Case {
  std::string name;
  Result result = Result::kPassed;
  std::string type;     ///< of the failure or error
  std::string message;  ///< one line
  std::string body;     ///< more lines, for failures and errors
  std::string output;   ///< lines for a case that passed
  double duration_s = 0;
};

struct Suite {
  std::string name;
  std::vector<Case> cases;
};

/// Strict readers take neither `NaN` nor an exponent.
double seconds(double duration_s) { return std::isfinite(duration_s) ? std::clamp(duration_s, 0.0, 1e9) : 0; }

std::string decimal(double duration_s) { return fmt::format("{:.6f}", duration_s); }

std::string events(const char* title, const std::vector<Event>& all) {
  return all.empty() ? "" : fmt::format("{}:\n{}\n", title, join(lanes_as_text(lay_out(all), 140), "\n"));
}

std::string body_of(const Failure& failure) {
  std::string text;
  const auto field = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format("{}: {}\n", name, whole_or_excuse(value));
  };
  field("where", failure.location);
  field("scenario", failure.scenario);
  text += events("history", failure.history) + events("interleaving", failure.interleaving);
  Capped details(20'000);
  for (const std::string& line : failure.details) details.add(clean(line) + "\n");
  text += details.text() + (details.note().empty() ? "" : details.note() + "\n");
  field("witness", failure.witness);
  field("replay", failure.replay);
  return text;
}

std::string name_of(const Record& record) {
  std::string name = record.method;
  if (const std::string variant = variant_of(record); !variant.empty()) name += " " + variant;
  if (const auto scenario = record.configuration.find("scenario"); scenario != record.configuration.end()) name += ": " + scenario->second;
  return clean(name);
}

Case case_of(const Record& record) {
  Case made;
  made.name = name_of(record);
  made.output = clean(record.how);
  made.duration_s = seconds(record.duration_s);
  if (is_failure(record)) {
    made.type = failure_kind(record);
    // An error is a check that did not get to say anything: JUnit's own distinction.
    made.result = made.type == "crash" || made.type == "hang" ? Result::kError : Result::kFailure;
    made.message = record.failure ? made.type + ": " + record.failure->message : made.type;
    if (!record.how.empty()) made.body = "how: " + clean(record.how) + "\n";
    if (record.failure) made.body += body_of(*record.failure);
  } else if (record.verdict != Verdict::kPass) {
    made.result = Result::kSkipped;
    made.message = (record.verdict == Verdict::kInconclusive ? "inconclusive: " : "") + record.reason;
  }
  return made;
}

Case case_of(const TwinResult& twin) {
  Case made;
  made.name = clean("twin " + twin.claim.twin + ": " + twin.claim.method);
  const std::string note = twin.note.empty() ? "" : ": " + twin.note;
  const std::string fault = twin.claim.fault.empty() ? "" : " (" + twin.claim.fault + ")";
  switch (twin.outcome) {
    case TwinOutcome::kCaught:
    case TwinOutcome::kBonus:
      made.output = clean("caught" + note);
      break;
    case TwinOutcome::kMissed:
    case TwinOutcome::kNotRun:
      made.result = Result::kFailure;
      made.type = "twin not caught";
      made.message = "known-bad twin " + render::to_string(twin.outcome) + note + fault;
      break;
    case TwinOutcome::kNotClaimed:
      made.result = Result::kSkipped;
      made.message = "no claim, and not caught";
      break;
  }
  return made;
}

/// So that whoever reads no more than the counts of failures sees what the gate sees, goals and policy included.
Suite gate_suite(const GateResult& gate) {
  Case made;
  made.name = "gate";
  if (gate.status == GateStatus::kPass) {
    made.output = clean(gate.headline);
  } else {
    made.result = gate.status == GateStatus::kBadRequest ? Result::kError : Result::kFailure;
    made.type = to_string(gate.status);
    made.message = made.type + ": " + gate.headline;
    for (const std::string& reason : gate.reasons) made.body += clean(reason) + "\n";
  }
  return {"proberen", {made}};
}

std::vector<Suite> suites_of(std::span<const Record> records, const GateResult& gate) {
  std::map<std::string, Suite> by_subject;
  const auto suite_of = [&](const std::string& subject) -> Suite& {
    Suite& suite = by_subject[subject];
    suite.name = subject.empty() ? "(no subject)" : clean(subject);  // a claim need not name one
    return suite;
  };
  for (const Record& record : records) {
    if (record.twin_of.empty()) suite_of(record.subject).cases.push_back(case_of(record));
  }
  for (const TwinResult& twin : gate.twins) suite_of(twin.claim.twin_of).cases.push_back(case_of(twin));
  std::vector<Suite> suites{gate_suite(gate)};
  for (auto& [subject, suite] : by_subject) suites.push_back(std::move(suite));
  return suites;
}

/// Readers put cases of one name together, and lose all but the last.
void make_names_unique(Suite& suite) {
  std::set<std::string> taken;
  std::map<std::string, std::size_t> count;
  for (Case& each : suite.cases) {
    const std::string name = each.name;
    while (!taken.insert(each.name).second) each.name = name + " #" + std::to_string(++count[name] + 1);
  }
}

struct Tally {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  double seconds = 0;
  void add(const Case& each) {
    ++tests;
    failures += each.result == Result::kFailure ? 1 : 0;
    errors += each.result == Result::kError ? 1 : 0;
    skipped += each.result == Result::kSkipped ? 1 : 0;
    seconds += each.duration_s;
  }
  void write(pugi::xml_node node) const {
    node.append_attribute("tests") = tests;
    node.append_attribute("failures") = failures;
    node.append_attribute("errors") = errors;
    node.append_attribute("skipped") = skipped;
    node.append_attribute("time") = decimal(seconds).c_str();
  }
};

void write_case(pugi::xml_node parent, const std::string& suite, const Case& each) {
  pugi::xml_node node = parent.append_child("testcase");
  node.append_attribute("classname") = suite.c_str();
  node.append_attribute("name") = each.name.c_str();
  node.append_attribute("time") = decimal(each.duration_s).c_str();
  if (each.result == Result::kPassed) {
    if (!each.output.empty()) node.append_child("system-out").text() = each.output.c_str();
    return;
  }
  const char* const element = each.result == Result::kSkipped ? "skipped" : each.result == Result::kError ? "error" : "failure";
  pugi::xml_node result = node.append_child(element);
  result.append_attribute("message") = clean(each.message, 2000).c_str();
  if (each.result == Result::kSkipped) return;
  result.append_attribute("type") = clean(each.type).c_str();
  if (!each.body.empty()) result.text() = each.body.c_str();
}

struct Text : pugi::xml_writer {
  std::string text;
  void write(const void* data, std::size_t size) override { text.append(static_cast<const char*>(data), size); }
};

}  // namespace

std::string render_junit(std::span<const Record> records, const GateResult& gate) {
  std::vector<Suite> suites = suites_of(records, gate);
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("testsuites");
  root.append_attribute("name") = "proberen";
  Tally all;
  for (const Suite& suite : suites) {
    for (const Case& each : suite.cases) all.add(each);
  }
  all.write(root);
  for (Suite& suite : suites) {
    make_names_unique(suite);
    pugi::xml_node node = root.append_child("testsuite");
    node.append_attribute("name") = suite.name.c_str();
    Tally own;
    for (const Case& each : suite.cases) own.add(each);
    own.write(node);
    for (const Case& each : suite.cases) write_case(node, suite.name, each);
  }
  Text out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.text + "\n";
}

}  // namespace proberen
