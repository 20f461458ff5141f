#include "models/runtime/session.hpp"

#include <sys/single_threaded.h>

#include "models/runtime/arch/arch.hpp"
#include "models/runtime/heap.hpp"
#include "models/runtime/sync/keys.hpp"
#include "models/runtime/sync/mutex.hpp"

namespace proberen::runtime {

Session* session = nullptr;
Fiber* current = nullptr;

namespace {

explore::Options with_judge(explore::Options options, const explore::Body& body) {
  options.stuck_is_an_end = body.judge != nullptr;
  return options;
}

}  // namespace

Session::Session(const explore::Options& options, explore::Body body)
    : options_(with_judge(options, body)), body_(std::move(body)), modules_(loaded_modules()), thread_locals_(modules_, body_.variables_put_back) {
  detect_processor();
  // libstdc++ counts references without atomics while this holds; it must not hold in the first execution and not in the others.
  __libc_single_threaded = 0;
  proberen_spins_on_plain_reads = !options.races_fail;
  fibers_.resize(kStackSlots);
  engine_ = std::make_unique<explore::Engine>(options_, *this);
  loop_thread_pointer_ = thread_pointer();
}

Session::~Session() = default;

void Session::run(const std::function<void()>& before) {
  session = this;
  proberen_mode = kInside;
  while (!failure_ && engine_->begin()) {
    before();
    heap_begin_execution();
    keys_begin_execution();
    thread_locals_.put_back(loop_thread_pointer_);
    outcomes_.begin();
    prepare(0, Start{});
    threads_ = 1;
    resume(0);
    judge();
  }
  if (engine_->failure()) failure_ = engine_->failure();
  proberen_mode = kNative;
  session = nullptr;
}

void Session::judge() {
  const auto& stuck = engine_->stuck();
  if (engine_->completed()) {
    std::optional<std::string> complaint;
    if (!stuck) complaint = outcomes_.end();
    if (!complaint && body_.judge) complaint = body_.judge(stuck.has_value());
    if (complaint && stuck) engine_->reject(stuck->kind, *complaint, stuck->places);
    if (complaint && !stuck) engine_->reject(explore::FailureKind::kOutcome, *complaint);
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
  const std::uintptr_t next = to->borrowed.thread_pointer;
  proberen_switch(save, to->stack_pointer, next == running ? 0 : next);
}

void Session::leave() {
  Fiber* const from = current;
  current = nullptr;
  void* nowhere = nullptr;
  const bool same = from == nullptr || from->borrowed.thread_pointer == loop_thread_pointer_;
  if (same) proberen_mode = kInside;  // the loop's own mode: it shares its thread pointer with thread 0
  proberen_switch(&nowhere, loop_stack_pointer_, same ? 0 : loop_thread_pointer_);
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
  if (thread != 0) thread_locals_.make_new(slot->borrowed.thread_pointer);
  slot->reset(thread, start);
  return *slot;
}

Fiber& Session::create(const Start& start, bool detached, Site site) {
  const ThreadId expected = threads_;
  if (expected < kStackSlots) {
    Fiber& fiber = prepare(expected, start);  // the engine may resume it before create_thread returns
    fiber.clock_ns = current->clock_ns;
    fiber.detached = detached;
  }
  ++threads_;
  ++current->effects;
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
