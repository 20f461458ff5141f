// The search against the axioms, on random small programs.

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <random>

#include "models/explore/tests/axioms.hpp"
#include "models/explore/tests/fiber_host.hpp"

namespace proberen::explore {
namespace {

constexpr int kLocations = 4;
std::array<int, 16 * kLocations> memory;
int& cell(int location) { return memory[static_cast<std::size_t>(16 * location)]; }

void run(FiberHost& host, const std::vector<Instruction>& thread) {
  for (const Instruction& i : thread) {
    int* const at = &cell(i.location);
    switch (i.op) {
      case Op::kLoad:
        host.load(at, i.order);
        break;
      case Op::kStore:
        host.store(at, static_cast<Value>(i.value), i.order);
        break;
      case Op::kAdd:
        host.add(at, static_cast<Value>(i.value), i.order);
        break;
      case Op::kCas:
        host.cas(at, static_cast<Value>(i.expected), static_cast<Value>(i.value), i.order, i.on_failure);
        break;
      case Op::kFence:
        host.fence(i.order);
        break;
      case Op::kLock:
        host.lock(at);
        break;
      case Op::kUnlock:
        host.unlock(at);
        break;
      case Op::kWait:
        host.engine().await(
            {reinterpret_cast<std::uintptr_t>(at), 4, i.order, 0}, [&](Value value) { return value == static_cast<Value>(i.expected); },
            "value");
        break;
      case Op::kTake:
        host.engine().await_update(
            {reinterpret_cast<std::uintptr_t>(at), 4, i.order, 0},
            [](Value value) { return value > 0 ? std::optional<Value>(value - 1) : std::nullopt; }, "unit");
        break;
      case Op::kAwait:
        host.engine().assume(host.load(at, i.order) == static_cast<Value>(i.expected), 0);
        break;
    }
  }
}

std::uint64_t explored(const Program& program, MemoryModel model, int preemptions = -1) {
  Options options;
  options.model = model;
  options.preemptions = preemptions;
  options.keep_going = true;  // past deadlocks
  FiberHost host(options);
  host.explore([&] {
    memory.fill(0);
    for (const auto& thread : program) host.spawn([&] { run(host, thread); });
  });
  if (const auto& failure = host.engine().failure()) {
    EXPECT_TRUE(failure->kind == FailureKind::kDeadlock) << failure->message;
  }
  return host.engine().counts().executions;
}

/// How many graphs the oracle has to try.
double size_of(const Program& program) {
  std::array<double, kLocations> writes{};
  for (const auto& thread : program) {
    for (const Instruction& i : thread) {
      if (i.op == Op::kStore || i.op == Op::kAdd || i.op == Op::kCas || i.op == Op::kLock || i.op == Op::kTake || i.op == Op::kUnlock) {
        ++writes[static_cast<std::size_t>(i.location)];
      }
    }
  }
  double size = 1;
  for (const double count : writes) {
    for (double n = 2; n <= count; ++n) size *= n;
  }
  for (const auto& thread : program) {
    for (const Instruction& i : thread) {
      const bool reads = i.op != Op::kStore && i.op != Op::kFence && i.op != Op::kUnlock;
      if (reads) size *= writes[static_cast<std::size_t>(i.location)] + 1;
      if (i.op == Op::kCas) size *= 2;
    }
  }
  return size;
}

constexpr double kLargest = 4000;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Program program() {
    Program result;
    const int threads = below(8) == 0 ? 4 : 2 + below(2);
    fences_ = below(2) == 0;
    waits_ = below(3) == 0;
    takes_ = below(3) == 0;
    locks_ = below(3) == 0;
    nested_ = !takes_ && below(3) == 0;
    strict_ = below(3) == 0;
    for (int t = 0; t < threads; ++t) {
      std::vector<Instruction> thread;
      const int length = threads == 2 ? 2 + below(3) : 1 + below(3);
      const bool locked = locks_ && below(4) != 0;
      const bool twice = locked && nested_ && below(2) == 0;
      const int first = twice ? below(2) : 1;  // two locks in either order
      if (below(3) == 0 && threads < 4) thread.push_back(instruction());
      if (locked) thread.push_back({Op::kLock, 2 + first});
      if (twice) thread.push_back({Op::kLock, 3 - first});
      for (int i = locked ? 1 : 0; i < (threads == 4 ? 2 : length); ++i) thread.push_back(instruction());
      if (twice) thread.push_back({Op::kUnlock, 3 - first});
      if (locked) thread.push_back({Op::kUnlock, 2 + first});
      result.push_back(std::move(thread));
    }
    return result;
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  Order one_of(std::initializer_list<Order> orders) {
    if (strict_) return Order::kSeqCst;
    return *(orders.begin() + below(static_cast<int>(orders.size())));
  }
  /// Of a semaphore or of a lock that nobody else uses.
  Instruction waiting_instruction() {
    Instruction i;
    i.location = takes_ ? 2 : 3;
    i.value = takes_ ? 1 : below(2);
    i.op = Op::kCas;  // a try
    i.expected = takes_ ? 1 : 0;
    i.value = takes_ ? 0 : 1;
    i.order = Order::kAcquire;
    if (!takes_ || below(4) == 0) return i;
    i.op = below(2) == 0 ? Op::kTake : Op::kAdd;
    i.value = 1;
    i.order = i.op == Op::kTake ? Order::kAcquire : Order::kRelease;
    return i;
  }
  Instruction instruction() {
    if ((takes_ && below(2) == 0) || (locks_ && below(10) == 0)) return waiting_instruction();
    Instruction i;
    i.location = below(2);
    i.value = 1 + below(2);
    switch (below(fences_ ? 8 : 7)) {
      case 0:
      case 1:
        i.op = waits_ && below(2) == 0 ? (below(2) == 0 ? Op::kAwait : Op::kWait) : Op::kLoad;
        i.expected = below(3);
        i.order = one_of({Order::kRelaxed, Order::kAcquire, Order::kSeqCst});
        break;
      case 2:
      case 3:
      case 4:
        i.op = Op::kStore;
        i.order = one_of({Order::kRelaxed, Order::kRelease, Order::kSeqCst});
        break;
      case 5:
        i.op = Op::kAdd;
        i.order = one_of({Order::kRelaxed, Order::kAcquire, Order::kRelease, Order::kAcqRel, Order::kSeqCst});
        break;
      case 6:
        i.op = Op::kCas;
        i.expected = below(2);
        i.order = one_of({Order::kRelaxed, Order::kAcquire, Order::kRelease, Order::kAcqRel, Order::kSeqCst});
        i.on_failure = one_of({Order::kRelaxed, Order::kAcquire, Order::kSeqCst});
        break;
      default:
        i.op = Op::kFence;
        i.order = one_of({Order::kAcquire, Order::kRelease, Order::kAcqRel, Order::kSeqCst, Order::kSeqCst});
        break;
    }
    return i;
  }

  std::mt19937_64 random_;
  bool fences_ = false;
  bool waits_ = false;
  bool locks_ = false;
  bool nested_ = false;
  bool takes_ = false;
  bool strict_ = false;
};

TEST(Axioms, TheSearchVisitsEveryConsistentExecutionOnce) {
  const char* const given = std::getenv("PROBEREN_TEST_SEED");
  const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const char* const many = std::getenv("PROBEREN_TEST_PROGRAMS");
  const std::uint64_t programs = many != nullptr ? std::strtoull(many, nullptr, 10) : 2000;
  std::uint64_t tried = 0;
  for (std::uint64_t seed = first; tried < programs; ++seed) {
    const Program program = Generator(seed).program();
    if (size_of(program) > kLargest) continue;
    ++tried;
    for (const MemoryModel model : {MemoryModel::kRc11, MemoryModel::kSc}) {
      ASSERT_EQ(explored(program, model), count_executions(program, model))
          << (model == MemoryModel::kSc ? "SC" : "RC11") << ", PROBEREN_TEST_SEED=" << seed << "\n"
          << to_text(program);
    }
  }
}

/// A bound that cuts nothing off leaves all executions, a lower one some of them.
TEST(Axioms, TheBoundedSearchVisitsThemTooWithPreemptionsEnough) {
  const char* const many = std::getenv("PROBEREN_TEST_PROGRAMS");
  const std::uint64_t programs = (many != nullptr ? std::strtoull(many, nullptr, 10) : 2000) / 10;
  constexpr std::size_t kShort = 5;  // instructions: every schedule is tried
  std::uint64_t tried = 0;
  for (std::uint64_t seed = 1; tried < programs; ++seed) {
    const Program program = Generator(seed).program();
    std::size_t length = 0;
    for (const auto& thread : program) length += thread.size();
    if (length > kShort || program.size() > 3) continue;
    ++tried;
    for (const MemoryModel model : {MemoryModel::kRc11, MemoryModel::kSc}) {
      const std::uint64_t all = explored(program, model);
      std::uint64_t before = 0;
      for (const int preemptions : {0, 1, 2, 100}) {
        const std::uint64_t found = explored(program, model, preemptions);
        ASSERT_GE(found, before) << preemptions << " preemptions, seed " << seed << "\n" << to_text(program);
        before = found;
      }
      ASSERT_EQ(before, all) << (model == MemoryModel::kSc ? "SC" : "RC11") << ", seed " << seed << "\n" << to_text(program);
    }
  }
}

}  // namespace
}  // namespace proberen::explore
