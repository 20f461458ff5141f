#include "models/scenarios/execution.hpp"

#include <pthread.h>

#include <exception>
#include <unordered_set>
#include <utility>

#include "models/scenarios/log.hpp"
#include "models/scenarios/telling.hpp"
#include "proberen/explore.hpp"
#include "proberen/history_failure.hpp"
#include "proberen/linearizability.hpp"

namespace proberen::scenarios {
namespace {

class Exploration {
 public:
  Exploration(const Subject& subject, const Scenario& scenario) : subject_(subject), log_(subject, scenario) {
    for (std::size_t t = 0; t < log_.threads(); ++t) starts_.push_back({this, t});
  }

  SearchResult search(const explore::Options& options);

 private:
  struct Start {
    Exploration* exploration;
    std::size_t thread;
  };

  void run();
  void run_calls(std::vector<LoggedCall>& log);
  static void* run_thread(void* start);
  std::optional<std::string> judge(bool stuck);
  std::optional<std::string> blame(const char* kind, std::string message, bool stuck);
  [[nodiscard]] Failure describe(const explore::Failure& found);

  const Subject& subject_;
  Log log_;
  std::vector<Start> starts_;
  // Of the running execution.
  Instance* instance_ = nullptr;
  std::uintptr_t object_ = 0;
  std::string exception_;  ///< what an operation threw
  std::string broken_;     ///< the invariant that does not hold
  // Of the search.
  std::unordered_set<std::string> accepted_[2];  ///< histories that the spec allows; of executions that are stuck
  std::optional<Failure> failure_;               ///< what the judge has found
};

/// What is explored. It is not instrumented itself; everything that it calls of the subject is.
void Exploration::run() {
  {
    const explore::Unseen unseen;
    log_.clear();
    exception_.clear();
    broken_.clear();
  }
  instance_ = new Instance(subject_.type);
  object_ = reinterpret_cast<std::uintptr_t>(instance_->object());
  run_calls(log_.before());
  pthread_t handles[kMostThreads];
  for (std::size_t t = 0; t < log_.threads(); ++t) pthread_create(&handles[t], nullptr, run_thread, &starts_[t]);
  for (std::size_t t = 0; t < log_.threads(); ++t) pthread_join(handles[t], nullptr);
  const std::string broken = instance_->broken_invariant();
  if (!broken.empty()) {
    const explore::Unseen unseen;
    broken_ = broken;
  }
  delete instance_;
}

void* Exploration::run_thread(void* argument) {
  const Start& start = *static_cast<Start*>(argument);
  start.exploration->run_calls(start.exploration->log_.thread(start.thread));
  return nullptr;
}

void Exploration::run_calls(std::vector<LoggedCall>& log) {
  const auto note = [this](const char* text) {
    const explore::Unseen unseen;
    if (exception_.empty()) exception_ = text;
  };
  try {
    for (LoggedCall& logged : log) {
      {
        const explore::Unseen unseen;
        log_.invoke(logged);
      }
      const Value result = instance_->invoke(logged.operation, logged.call->arguments);
      const explore::Unseen unseen;
      log_.respond(logged, result);
    }
  } catch (const std::exception& error) {
    note(error.what());
  } catch (...) {
    note("an exception that is no std::exception");
  }
}

std::optional<std::string> Exploration::blame(const char* kind, std::string message, bool stuck) {
  Failure failure;
  failure.kind = kind;
  failure.message = std::move(message);
  failure.history = history_events(log_.history(stuck), {});
  failure_ = std::move(failure);
  return failure_->message;
}

std::optional<std::string> Exploration::judge(bool stuck) {
  if (!exception_.empty()) return blame("uncaught-exception", "an operation threw: " + exception_, stuck);
  std::string key = log_.key();
  if (!accepted_[stuck].contains(key)) {
    const History history = log_.history(stuck);
    const Linearization linearization = linearize(history, subject_.spec);
    if (!linearization.linearizable) {
      failure_ = history_failure(history, linearization);
      return failure_->message;
    }
    accepted_[stuck].insert(std::move(key));
  }
  if (!broken_.empty()) return blame("invariant", "the invariant '" + broken_ + "' does not hold when all calls have returned", stuck);
  return std::nullopt;
}

Failure Exploration::describe(const explore::Failure& found) {
  const Telling telling(object_, subject_.type.size);
  Failure failure = telling.of(found);
  if (failure_) {
    failure.kind = failure_->kind;
    failure.message = failure_->message;
    failure.history = failure_->history;
    if (found.places.empty()) failure.location.clear();  // it is not the last step's fault
  } else {
    failure.history = history_events(log_.history(false), {});
  }
  return failure;
}

SearchResult Exploration::search(const explore::Options& options) {
  const explore::Report report = explore::run(options, {[this] { run(); }, [this](bool stuck) { return judge(stuck); }, true});
  SearchResult result;
  result.exhausted = report.complete;
  result.counts = report.counts;
  result.histories = accepted_[0].size() + accepted_[1].size();
  if (!report.failure) return result;
  if (report.failure->kind == explore::FailureKind::kUnsupported) {
    result.unsupported = report.failure->message;
  } else {
    result.failure = describe(*report.failure);
  }
  return result;
}

}  // namespace

SearchResult search(const Subject& subject, const Scenario& scenario, const explore::Options& options) {
  return Exploration(subject, scenario).search(options);
}

}  // namespace proberen::scenarios
