#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/proberen/catalogue.hpp"
#include "cli/proberen/verbs.hpp"

namespace proberen::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "none" : text;
}

void print_json(const Subject& subject) {
  nlohmann::ordered_json json{{"subject", subject.name},          {"check", subject.check},
                              {"methods", subject.methods},       {"operations", subject.operations},
                              {"benchmarks", subject.benchmarks}, {"process_shared", subject.process_shared}};
  if (!subject.problem.empty()) json["problem"] = subject.problem;
  if (!subject.twin_of.empty()) {
    json["twin_of"] = subject.twin_of;
    json["fault"] = subject.fault;
    json["caught_by"] = subject.caught_by;
  }
  std::cout << json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

void print_twin(const Subject& twin) {
  std::cout << "  twin " << twin.name << ": " << twin.fault << "; caught by: " << joined(twin.caught_by) << '\n';
}

void print_subject(const Subject& subject) {
  std::cout << subject.name << "  (check " << subject.check << (subject.process_shared ? ", shared by processes" : "") << ")\n";
  if (!subject.problem.empty()) std::cout << "  problem: " << subject.problem << '\n';
  std::cout << "  methods: " << joined(subject.methods) << '\n' << "  operations: " << joined(subject.operations) << '\n';
  if (subject.benchmarks > 0) std::cout << "  benchmarks: " << subject.benchmarks << '\n';
}

void print_text(const std::vector<Subject>& subjects) {
  const auto known = [&](const std::string& name) {
    return std::any_of(subjects.begin(), subjects.end(), [&](const Subject& subject) { return subject.name == name; });
  };
  for (const Subject& subject : subjects) {
    if (!subject.twin_of.empty()) continue;
    print_subject(subject);
    for (const Subject& twin : subjects) {
      if (twin.twin_of == subject.name) print_twin(twin);
    }
  }
  for (const Subject& twin : subjects) {
    if (twin.twin_of.empty() || known(twin.twin_of)) continue;
    std::cout << twin.twin_of << "  (in no check of this build)\n";
    print_twin(twin);
  }
}

}  // namespace

int run_list(const Options& options) {
  const Catalogue catalogue(find_build(options.build));
  if (!options.as_json) {
    print_text(catalogue.subjects());
    return 0;
  }
  for (const Subject& subject : catalogue.subjects()) print_json(subject);
  return 0;
}

}  // namespace proberen::cli
