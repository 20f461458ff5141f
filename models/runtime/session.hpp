/// Session: one exploration in this process. It owns the engine and the fibers, and is the engine's host.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/runtime/fiber.hpp"
#include "models/runtime/findings.hpp"
#include "models/runtime/identities.hpp"
#include "models/runtime/jobs.hpp"
#include "models/runtime/mode.hpp"
#include "models/runtime/modules.hpp"
#include "models/runtime/real.hpp"
#include "models/runtime/thread_locals.hpp"
#include "proberen/explore.hpp"
#include "proberen/explore/engine.hpp"

namespace proberen::runtime {

class Session final : public explore::Host {
 public:
  Session(const explore::Options& options, explore::Body body, std::optional<IdentityBy> identity_by = {});
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// From now on a block that nothing points to at the end of a complete execution is a failure.
  void look_for_leaks() { leaks_ = true; }
  /// The search is shared by so many processes; what executions leave outside of themselves stays in the process that visited them.
  void share_among(int processes) { processes_ = processes; }
  /// Visits the executions. `before` is called before each, and puts memory back.
  void run(const std::function<void()>& before);
  /// Runs the execution of the failure once more, by its witness, with the recorder on.
  void record_failure(const std::function<void()>& before);

  void resume(ThreadId thread) override;
  [[noreturn]] void leave() override;
  /// A process ends when its main returns, not where pthread_exit() ends main.
  [[nodiscard]] bool may_be_left(ThreadId thread) const override {
    return fibers_.front()->returned && fibers_[static_cast<std::size_t>(thread)]->detached;
  }

  /// A thread of the execution asks for another one.
  Fiber& create(const Start& start, bool detached, Site site);
  /// Ends the calling fiber: destructors of its thread_local data, of its keys, then its last step.
  [[noreturn]] void end_of_fiber();
  /// Leaves the execution; the search starts again from its beginning, with something known that it has just found out.
  [[noreturn]] void start_over();
  /// Runs the body on the calling fiber.
  void run_body() { body_.run(); }

  [[nodiscard]] explore::Engine& engine() { return *engine_; }
  [[nodiscard]] const explore::Options& options() const { return options_; }
  [[nodiscard]] Fiber& fiber(ThreadId thread) { return *fibers_[static_cast<std::size_t>(thread)]; }
  [[nodiscard]] int threads() const { return threads_; }
  [[nodiscard]] const std::vector<Module>& modules() const { return modules_; }
  /// Those of this process, so far.
  [[nodiscard]] Outcomes& outcomes() { return outcomes_; }
  [[nodiscard]] SpinFacts& spin_facts() { return spin_facts_; }
  /// A compare-and-swap is made of which the compiler does not say whether it is a weak one.
  void note_unknown_strength() { unknown_strength_ = true; }
  /// A thread of the program waits for a plain variable: plain reads are looked at for loops from now on.
  void note_plain_loop();
  [[nodiscard]] bool has_plain_loop() const { return plain_loops_; }
  /// The running execution is about to be left there, where it would have gone on for long.
  void note_left_at(explore::Place place) { left_at_ = std::move(place); }
  /// What run() has come to, of all processes. The failure is the engine's, or one of the whole execution.
  [[nodiscard]] const Findings& findings() const { return findings_; }

 private:
  Fiber& prepare(ThreadId thread, const Start& start);
  void search(const std::function<void()>& before);
  void run_execution(const std::function<void()>& before);
  /// The program is not deterministic: that is the finding.
  [[nodiscard]] bool is_different(const std::function<void()>& before);
  /// Runs the first execution again and again: the failure that its steps are not always the same, if so.
  [[nodiscard]] std::optional<explore::Failure> find_difference(const std::function<void()>& before);
  /// Nothing where it fails, is long, or does not come to its end.
  [[nodiscard]] std::optional<std::vector<explore::Step>> steps_of_first_execution(const std::function<void()>& before);
  [[nodiscard]] Findings search_and_settle(const std::function<void()>& before);
  [[nodiscard]] Findings search_in_processes(const std::function<void()>& before);
  /// Between two executions of a search in several processes: there may be one more afterwards, and this one may be allowed no more of
  /// them.
  void share();
  /// What a search must know from its beginning, as text, and back: what is in the text is taken off its front.
  [[nodiscard]] std::string presuppositions() const;
  void presuppose(std::string& text);
  /// The failure in the words of the program: a race with a free is a use after it. False: search again, as a race is to be explored or
  /// what the search presupposes does not hold.
  [[nodiscard]] bool settle_failure();
  /// What is wrong with an execution as a whole, once all its threads have ended.
  void judge();

  explore::Options options_;
  explore::Options engine_options_;
  explore::Body body_;
  std::vector<Module> modules_;
  ThreadLocals thread_locals_;
  std::unique_ptr<explore::Engine> engine_;
  std::vector<std::unique_ptr<Fiber>> fibers_;  ///< made when first needed
  Outcomes outcomes_;
  SpinFacts spin_facts_;
  std::optional<explore::Failure> failure_;
  Findings findings_;
  int processes_ = 1;
  std::optional<Jobs> jobs_;
  bool leaks_ = false;
  bool starts_over_ = false;
  bool clean_stacks_ = false;
  bool plain_loops_ = false;
  bool unknown_strength_ = false;
  explore::Place leak_;
  std::optional<explore::Place> left_at_;
  int threads_ = 0;  ///< created in this execution
  void* loop_stack_pointer_ = nullptr;
  std::uintptr_t loop_thread_pointer_ = 0;
  Identities identities_;
};

/// The session that runs, or nothing.
extern Session* session;
/// The fiber that runs; null: the loop.
extern Fiber* current;

[[nodiscard]] inline explore::Engine& engine() { return session->engine(); }

/// Ends the execution with a failure that `site` of the running thread is to blame for.
[[noreturn]] void fail(explore::FailureKind kind, std::string message, Site site, std::string what = {});

}  // namespace proberen::runtime
