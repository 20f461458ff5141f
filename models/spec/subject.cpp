#include "proberen/subject.hpp"

#include <algorithm>
#include <stdexcept>

namespace proberen {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void note(Subject& subject, std::string problem) {
  if (subject.problem.empty()) subject.problem = std::move(problem);
}

const Operation* find(const Subject& subject, const std::string& name) {
  const auto found = std::find_if(subject.operations.begin(), subject.operations.end(),
                                  [&](const Operation& operation) { return operation.name == name; });
  return found == subject.operations.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Subject>& subjects() {
  static std::vector<Subject> all;
  return all;
}

Instance::Instance(const ObjectType& type) : type_(&type), object_(::operator new(type.size, std::align_val_t(type.alignment))) {
  try {
    type.construct(object_);
  } catch (...) {
    ::operator delete(object_, std::align_val_t(type.alignment));
    throw;
  }
}

Instance::~Instance() {
  type_->destroy(object_);
  ::operator delete(object_, std::align_val_t(type_->alignment));
}

std::size_t Subject::operation_number(const std::string& operation) const {
  if (const Operation* found = find(*this, operation)) return static_cast<std::size_t>(found - operations.data());
  std::vector<std::string> names;
  for (const Operation& known : operations) names.push_back(known.name);
  throw std::invalid_argument("subject " + name + " has no operation '" + operation + "'; it has " + joined(names));
}

namespace detail {

std::size_t add_subject(Subject subject) {
  if (!subject.spec) note(subject, "subject " + subject.name + " has no spec");
  for (const Subject& other : subjects()) {
    if (other.name == subject.name) note(subject, "two subjects are named " + subject.name);
  }
  subjects().push_back(std::move(subject));
  return subjects().size() - 1;
}

void check_operation(Subject& subject, const Operation& operation, std::size_t parameters) {
  const std::string where = "subject " + subject.name + ", operation '" + operation.name + "': ";
  if (operation.arguments.size() != parameters) {
    note(subject, where + std::to_string(parameters) + " parameters, but " + std::to_string(operation.arguments.size()) + " generators");
  }
  if (find(subject, operation.name) != nullptr) note(subject, where + "declared twice");
  if (!subject.spec) return;
  const std::vector<std::string> known = subject.spec.operations();
  if (std::find(known.begin(), known.end(), operation.name) == known.end()) {
    note(subject, where + "the spec does not know it; it knows " + joined(known));
  }
}

void check_scenario(Subject& subject, std::vector<NamedScenario> Subject::*list, const std::string& name, const std::string& text) {
  try {
    NamedScenario named{name, Scenario::parse(text)};
    const auto check = [&](const Call& call) {
      const Operation& operation = subject.operations[subject.operation_number(call.operation)];
      if (operation.arguments.size() != call.arguments.size()) {
        throw std::invalid_argument("scenario '" + text + "': " + call.operation + " takes " + std::to_string(operation.arguments.size()) +
                                    " arguments");
      }
    };
    for (const Call& call : named.scenario.before) check(call);
    for (const auto& calls : named.scenario.threads) {
      for (const Call& call : calls) check(call);
    }
    (subject.*list).push_back(std::move(named));
  } catch (const std::invalid_argument& error) {
    note(subject, "subject " + subject.name + ": " + error.what());
  }
}

}  // namespace detail
}  // namespace proberen
