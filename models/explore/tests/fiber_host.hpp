/// A host for tests of the engine alone: threads are functions on ucontext fibers, and call the engine themselves.
#pragma once

#include <ucontext.h>

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "proberen/explore/engine.hpp"

namespace proberen::explore {

class FiberHost final : public Host {
 public:
  using Body = std::function<void()>;

  explicit FiberHost(Options options);
  ~FiberHost() override;

  Engine& engine() { return *engine_; }

  /// Explores the body; called once per execution. `between` is called before each.
  void explore(
      const Body& body, const Body& between = [] {});

  // Called by bodies.
  ThreadId spawn(Body body);
  Value load(const void* address, Order order = Order::kRelaxed);
  void store(void* address, Value value, Order order = Order::kRelaxed);
  Value add(void* address, Value operand, Order order = Order::kRelaxed);
  bool cas(void* address, Value expected, Value desired, Order order = Order::kRelaxed, Order on_failure = Order::kRelaxed);
  void fence(Order order) { engine_->fence(order, 0); }
  void lock(void* mutex);
  void unlock(void* mutex);
  void check(bool holds);

  void resume(ThreadId thread) override;
  [[noreturn]] void leave() override;

 private:
  struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    Body body;
    bool fresh = true;
  };
  static void enter(unsigned low, unsigned high);
  void prepare(ThreadId thread, Body body);

  std::unique_ptr<Engine> engine_;
  ucontext_t loop_;
  std::array<Fiber, kMaxThreads> fibers_;
  ThreadId running_ = kNoThread;
};

}  // namespace proberen::explore
