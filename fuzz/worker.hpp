/// Worker: a child process that runs scenarios, so that whatever a subject does to its process can be told and survived.
#pragma once

#include <chrono>
#include <cstdint>

#include <sys/types.h>

#include "fuzz/trials.hpp"
#include "proberen/subject.hpp"

namespace proberen::fuzz {

class Worker final : public Trials {
 public:
  /// The caller has one thread: the child is forked from it when it is first needed.
  explicit Worker(const Subject& subject) : subject_(subject) {}
  ~Worker() override { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Trial run(const Scenario& scenario, std::uint64_t seed, int repetitions, std::chrono::milliseconds limit) override;

  [[nodiscard]] std::uint64_t started() const override { return started_; }

 private:
  void start();
  int stop();

  const Subject& subject_;
  pid_t child_ = -1;
  int channel_ = -1;
  std::uint64_t started_ = 0;
};

}  // namespace proberen::fuzz
