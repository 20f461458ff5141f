#include "proberen/method.hpp"

#include <algorithm>

namespace proberen {

Record begin_record(const Subject& subject, const Method& method, const Request& request) {
  Record record;
  record.subject = subject.name;
  record.method = method.name();
  record.configuration["seed"] = std::to_string(request.seed);
  record.configuration["variant"] = request.variant;
  record.verdict = Verdict::kPass;
  if (subject.twin) {
    const std::vector<std::string>& claimed = subject.twin->caught_by;
    record.twin_of = subject.twin->of;
    record.fault = subject.twin->fault;
    record.expected_to_fail = std::any_of(claimed.begin(), claimed.end(),
                                          [&](const std::string& word) { return word == record.method || word == request.variant; });
  }
  return record;
}

}  // namespace proberen
