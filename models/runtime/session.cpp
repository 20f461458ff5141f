#include "models/runtime/session.hpp"

#include <sys/single_threaded.h>

#include <utility>

#include "models/runtime/arch/arch.hpp"
#include "models/runtime/call.hpp"
#include "models/runtime/heap.hpp"
#include "models/runtime/leaks.hpp"
#include "models/runtime/libc/mappings.hpp"
#include "models/runtime/libc/own_signals.hpp"
#include "models/runtime/recorder.hpp"
#include "models/runtime/signals.hpp"
#include "models/runtime/sync/barrier.hpp"
#include "models/runtime/sync/buckets.hpp"
#include "models/runtime/sync/keys.hpp"
#include "models/runtime/sync/mutex.hpp"

namespace proberen::runtime {

Session* session = nullptr;
Fiber* current = nullptr;

bool attention = false;

void attend() {
  if (current == nullptr) return;
  if (!current->pending.empty() && racy_is_made()) racy_flush();
  if (recording) record_call();
}

namespace {

constexpr const char* kCleanStacks = "Z;";
constexpr const char* kSpurious = "S;";
constexpr const char* kPlainLoops = "L;";

bool take_off_front(std::string& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.erase(0, front.size());
  return true;
}

explore::Options with_judge(explore::Options options, const explore::Body& body) {
  options.stuck_is_an_end = body.judge != nullptr;
  return options;
}

}  // namespace

Session::Session(const explore::Options& options, explore::Body body, std::optional<IdentityBy> identity_by)
    : options_(with_judge(options, body)),
      body_(std::move(body)),
      modules_(loaded_modules()),
      thread_locals_(modules_, body_.variables_put_back),
      loop_thread_pointer_(thread_pointer()),
      identities_(modules_, identity_by) {
  // libstdc++ counts references without atomics while this holds; it must not hold in the first execution and not in the others.
  __libc_single_threaded = 0;
  fibers_.resize(kStackSlots);
  engine_options_ = options_;
  engine_options_.races_fail = true;  // a race that is to be explored is found first
}

Session::~Session() = default;

void Session::run(const std::function<void()>& before) {
  keys_keep();
  racy_clear();
  crowds_clear();
  buckets_clear();
  presuppose(engine_options_.witness);
  do {
    if (is_different(before)) break;
    findings_ = processes_ > 1 ? search_in_processes(before) : search_and_settle(before);
    std::string found = findings_.presuppositions;
    presuppose(found);
  } while (!findings_.presuppositions.empty());
}

std::string Session::presuppositions() const {
  return racy_text() + crowds_text() + buckets_text() + (clean_stacks_ ? kCleanStacks : "") +
         (options_.spurious_failures ? kSpurious : "") + (plain_loops_ ? kPlainLoops : "");
}

void Session::presuppose(std::string& text) {
  racy_parse(text);
  crowds_parse(text);
  buckets_parse(text);
  if (take_off_front(text, kCleanStacks)) clean_stacks_ = true;
  if (take_off_front(text, kSpurious)) options_.spurious_failures = engine_options_.spurious_failures = true;
  if (take_off_front(text, kPlainLoops)) note_plain_loop();
}

void Session::note_plain_loop() { plain_loops_ = proberen_spins_on_plain_reads = true; }

Findings Session::search_and_settle(const std::function<void()>& before) {
  failure_.reset();
  outcomes_ = Outcomes();
  spin_facts_ = SpinFacts();
  engine_ = std::make_unique<explore::Engine>(engine_options_, *this);
  if (interrupted()) engine_->stop();
  search(before);
  const bool settled = settle_failure();
  return {engine_->counts(),
          engine_->complete(),
          engine_->left_out(),
          barriers_used(),
          clean_stacks_,
          options_.spurious_failures,
          unknown_strength_,
          left_at_,
          failure_,
          outcomes_,
          settled ? "" : presuppositions()};
}

Findings Session::search_in_processes(const std::function<void()>& before) {
  const std::uint64_t limit = std::exchange(engine_options_.max_executions, 0);  // of all together
  jobs_.emplace(processes_, limit);
  const std::vector<std::string> parts = jobs_->run([&] {
    const Findings mine = search_and_settle(before);
    jobs_->finish(mine.counts.executions + mine.counts.blocked, !mine.complete);
    return to_text(mine);
  });
  jobs_.reset();
  engine_options_.max_executions = limit;
  Findings all;
  all.complete = true;
  for (const std::string& part : parts) all.add(findings_of(part));
  return all;
}

void Session::share() {
  if (jobs_->wants_worker() && engine_->divisible()) {
    const Jobs::Started started = jobs_->start_worker();
    if (started == Jobs::Started::kInParent) engine_->keep_half(explore::Half::kFirst);
    if (started == Jobs::Started::kInChild) {
      engine_->keep_half(explore::Half::kSecond);
      engine_->count_anew();
      outcomes_.count_anew();
    }
  }
  if (!jobs_->may_begin(engine_->counts().executions + engine_->counts().blocked)) engine_->allow_no_more();
}

void Session::search(const std::function<void()>& before) {
  session = this;
  proberen_mode = kInside;
  const auto begin = [this] {
    if (jobs_) share();
    return engine_->begin();
  };
  while (!failure_ && begin()) {
    run_execution(before);
    judge();
  }
  if (engine_->failure()) failure_ = engine_->failure();
  proberen_mode = kNative;
  session = nullptr;
}

void Session::run_execution(const std::function<void()>& before) {
  before();
  heap_begin_execution();
  own_signals_begin_execution();
  mappings_begin_execution();
  thread_locals_.put_back(loop_thread_pointer_);
  outcomes_.begin();
  prepare(0, Start{});
  keys_begin_execution(fiber(0));
  threads_ = 1;
  resume(0);
}

void Session::start_over() {
  starts_over_ = true;
  engine_->stop();
  engine_->assume(false, 0);
  __builtin_unreachable();
}

bool Session::settle_failure() {
  if (starts_over_) return starts_over_ = false;
  if (!failure_) return true;
  explore::Failure& failure = *failure_;
  // It may be that the program looks at what an earlier execution has left on its stacks.
  if (failure.kind == explore::FailureKind::kNondeterminism && !clean_stacks_) {
    clean_stacks_ = true;
    return false;
  }
  if (failure.kind == explore::FailureKind::kDataRace) {
    const LastAccess& last_access = fiber(failure.places.front().thread).last_access;
    const Block* const block = in_arena(last_access.address) ? heap_block_near(last_access.address) : nullptr;
    const bool freed_before = block != nullptr && block->freed && failure.places.size() == 2 && failure.places[1].site == block->freed_at;
    if (last_access.frees || freed_before) {
      failure.kind = explore::FailureKind::kUseAfterFree;
      failure.message = "a block of " + std::to_string(block == nullptr ? last_access.size : block->size) +
                        " bytes is freed by one thread while another one uses it: neither happens before the other";
      if (failure.places.size() == 2) failure.places[last_access.frees ? 0 : 1].what = "frees it";
    } else if (!options_.races_fail && racy_add(last_access.address, last_access.size)) {
      return false;
    }
  }
  if (failure.kind == explore::FailureKind::kLeak) failure.places = {leak_};
  failure.witness = presuppositions() + failure.witness;
  return true;
}

void Session::record_failure(const std::function<void()>& before) {
  explore::Options replay = engine_options_;
  replay.search = explore::Search::kReplay;
  replay.witness = findings_.failure->witness;
  crowds_clear();
  buckets_clear();
  presuppose(replay.witness);
  engine_ = std::make_unique<explore::Engine>(replay, *this);
  failure_.reset();
  recorder_start();
  search(before);
  recorder_stop();
}

void Session::judge() {
  const auto& stuck = engine_->stuck();
  if (engine_->completed()) {
    std::optional<std::string> complaint;
    if (!stuck) complaint = outcomes_.end();
    if (!complaint && body_.judge) complaint = body_.judge(stuck.has_value());
    const Block* const leaked = leaks_ && !stuck && !complaint ? find_leak(modules_, loop_thread_pointer_) : nullptr;
    if (complaint && stuck) engine_->reject(stuck->kind, *complaint, stuck->places);
    if (complaint && !stuck) engine_->reject(explore::FailureKind::kOutcome, *complaint);
    if (leaked != nullptr) {
      leak_ = {leaked->allocated_by, leaked->allocated_at, "allocated here"};
      engine_->reject(explore::FailureKind::kLeak, "a block of " + std::to_string(leaked->size) + " bytes is left that nothing points to");
    }
  }
  engine_->end();
}

void Session::resume(ThreadId thread) {
  Fiber* const from = current;
  Fiber* const to = fibers_[static_cast<std::size_t>(thread)].get();
  if (from == to) return;
  current = to;
  void** const save = from != nullptr ? &from->stack_pointer : &loop_stack_pointer_;
  const std::uintptr_t running = from != nullptr ? from->borrowed.thread_pointer : loop_thread_pointer_;
  proberen_switch(save, to->stack_pointer, identities_.change(running, to->borrowed.thread_pointer));
}

void Session::leave() {
  Fiber* const from = current;
  current = nullptr;
  void* nowhere = nullptr;
  const std::uintptr_t running = from != nullptr ? from->borrowed.thread_pointer : loop_thread_pointer_;
  if (running == loop_thread_pointer_) proberen_mode = kInside;  // the loop's own mode: it shares its identity with thread 0
  proberen_switch(&nowhere, loop_stack_pointer_, identities_.change(running, loop_thread_pointer_));
  __builtin_unreachable();
}

Fiber& Session::prepare(ThreadId thread, const Start& start) {
  auto& slot = fibers_[static_cast<std::size_t>(thread)];
  if (!slot) {
    slot = std::make_unique<Fiber>();
    slot->frames.reserve(64);
    slot->destructors.reserve(16);
  }
  if (slot->borrowed.stack_top == nullptr && !borrow(thread, slot->borrowed)) {
    fail(explore::FailureKind::kUnsupported, "no kernel thread can be started to lend its identity to thread " + std::to_string(thread), 0);
  }
  if (clean_stacks_) clean(slot->borrowed);
  if (thread != 0) thread_locals_.make_new(slot->borrowed.thread_pointer);
  slot->reset(thread, start);
  return *slot;
}

Fiber& Session::create(const Start& start, bool detached, Site site) {
  const ThreadId expected = threads_;
  if (expected < kStackSlots) {
    Fiber& fiber = prepare(expected, start);  // the engine may resume it before create_thread returns
    fiber.clock_ns = current->clock_ns;
    fiber.blocked = current->blocked;
    fiber.detached = detached;
  }
  ++threads_;
  effect();
  const ThreadId got = engine_->create_thread(site);
  if (got != expected) fail(explore::FailureKind::kUnsupported, "threads are not numbered in the order of their creation", site);
  return fiber(got);
}

void Session::end_of_fiber() {
  Fiber& fiber = *current;
  // A destructor may create thread_local objects, or give a key a value again.
  for (int round = 0; round < 4; ++round) {
    while (!fiber.destructors.empty()) {
      const ThreadLocalDestructor destructor = fiber.destructors.back();
      fiber.destructors.pop_back();
      Outside outside;
      destructor.function(destructor.object);
    }
    run_key_destructors(fiber);
    if (fiber.destructors.empty() && fiber.values_used == 0) break;
  }
  racy_flush();
  robust_owner_ends(fiber);
  engine_->finish_thread(0);
}

void fail(explore::FailureKind kind, std::string message, Site site, std::string what) {
  const ThreadId thread = current != nullptr ? current->id : explore::kNoThread;
  std::vector<explore::Place> places;
  if (site != 0) places.push_back({thread, site, what.empty() ? message : std::move(what)});
  engine().fail(kind, std::move(message), std::move(places));
}

}  // namespace proberen::runtime
