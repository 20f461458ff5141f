/// Method: a way of checking a subject. All of them stand behind this interface; nothing above it knows which ones there are.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "proberen/record.hpp"
#include "proberen/subject.hpp"

namespace proberen {

/// What is asked of a method.
struct Request {
  std::uint64_t seed = 1;
  std::chrono::milliseconds time{2000};  ///< the budget for one subject; a method ends soon after it
  bool quick = false;                    ///< the short form of the gate: smaller searches, fewer repetitions
  bool catch_only = false;               ///< it has only to fail, as a known-bad twin in a gate: end with the first failure, shrink nothing
  std::string scenario;                  ///< check this scenario (text form) and no other; "" for all
  std::string witness;                   ///< replay this witness; "" to search
  std::string variant = "native";        ///< how this program was built: native, relacy, explored, tsan, asan
};

/// Where a method puts its records, one at a time, as soon as each is complete.
using RecordSink = std::function<void(Record)>;

/// Told now and then how far a method is; shown on terminals only.
using Progress = std::function<void(std::string_view text)>;

class Method {
 public:
  virtual ~Method() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Whether the subject's operations are what it checks: then one that declares benchmarks alone is skipped before `run` is asked.
  [[nodiscard]] virtual bool checks_operations() const { return true; }

  /// Checks one subject. Puts at least one record, each started with begin_record; a method that cannot check this subject puts one that is
  /// `skipped`, with the reason. Environment and duration are filled in by the caller. The subject's declaration is sound (`problem` is
  /// empty). Throws std::invalid_argument, one line, when the request is wrong: a scenario or a witness that does not fit the subject.
  virtual void run(const Subject& subject, const Request& request, const RecordSink& sink, const Progress& progress) = 0;
};

/// The record that a method starts from: subject, method, twin and configuration filled in, verdict pass.
[[nodiscard]] Record begin_record(const Subject& subject, const Method& method, const Request& request);

}  // namespace proberen
