#include "models/explore/tests/fiber_host.hpp"

#include <cstdlib>
#include <utility>

namespace proberen::explore {
namespace {

constexpr std::size_t kStack = 64 * 1024;
constexpr unsigned kSize = 4;

}  // namespace

FiberHost::FiberHost(Options options) : engine_(std::make_unique<Engine>(std::move(options), *this)) {}
FiberHost::~FiberHost() = default;

void FiberHost::enter(unsigned low, unsigned high) {
  auto* const self = reinterpret_cast<FiberHost*>((static_cast<std::uintptr_t>(high) << 32) | low);
  self->fibers_[static_cast<std::size_t>(self->running_)].body();
  self->engine_->finish_thread(0);
}

void FiberHost::prepare(ThreadId thread, Body body) {
  Fiber& fiber = fibers_[static_cast<std::size_t>(thread)];
  if (!fiber.stack) fiber.stack = std::make_unique<char[]>(kStack);
  fiber.body = std::move(body);
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack.get();
  fiber.context.uc_stack.ss_size = kStack;
  fiber.context.uc_link = nullptr;
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&fiber.context, reinterpret_cast<void (*)()>(&FiberHost::enter), 2, static_cast<unsigned>(self),
              static_cast<unsigned>(self >> 32));
}

void FiberHost::explore(const Body& body, const Body& between) {
  for (between(); engine_->begin(); between()) {
    prepare(0, body);
    running_ = 0;
    swapcontext(&loop_, &fibers_[0].context);
    engine_->end();
  }
}

ThreadId FiberHost::spawn(Body body) {
  const ThreadId thread = engine_->create_thread(0);
  prepare(thread, std::move(body));
  return thread;
}

void FiberHost::resume(ThreadId thread) {
  Fiber& from = fibers_[static_cast<std::size_t>(running_)];
  running_ = thread;
  swapcontext(&from.context, &fibers_[static_cast<std::size_t>(thread)].context);
}

void FiberHost::leave() {
  setcontext(&loop_);
  std::abort();
}

Value FiberHost::load(const void* address, Order order) {
  return engine_->load({reinterpret_cast<std::uintptr_t>(address), kSize, order, 0});
}
void FiberHost::store(void* address, Value value, Order order) {
  engine_->store({reinterpret_cast<std::uintptr_t>(address), kSize, order, 0}, value);
}
Value FiberHost::add(void* address, Value operand, Order order) {
  return engine_->update({reinterpret_cast<std::uintptr_t>(address), kSize, order, 0}, Rmw::kAdd, operand);
}
bool FiberHost::cas(void* address, Value expected, Value desired, Order order, Order on_failure) {
  return engine_->compare_exchange({reinterpret_cast<std::uintptr_t>(address), kSize, order, 0}, on_failure, expected, desired, false);
}
void FiberHost::lock(void* mutex) {
  engine_->await_update(
      {reinterpret_cast<std::uintptr_t>(mutex), kSize, Order::kAcquire, 0},
      [](Value value) { return value == 0 ? std::optional<Value>(1) : std::nullopt; }, "lock");
}
void FiberHost::unlock(void* mutex) { store(mutex, 0, Order::kRelease); }
void FiberHost::check(bool holds) {
  if (!holds) engine_->fail(FailureKind::kAssertion, "does not hold", {});
}

}  // namespace proberen::explore
