#include "models/runtime/spin.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "models/runtime/arch/arch.hpp"
#include "models/runtime/heap.hpp"
#include "models/runtime/session.hpp"

namespace proberen::runtime {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 20;

std::size_t state_size(const Fiber& fiber, const void* frame) {
  return static_cast<std::size_t>(fiber.borrowed.stack_top - static_cast<const char*>(frame));
}

/// Whether memory there can be read until the execution ends. A program unmaps what it has mapped.
bool stays(std::uintptr_t address) {
  if (in_arena(address) || (stack_slot(address) >= 0 && !in_stack_guard(address))) return true;
  return std::ranges::any_of(session->modules(), [&](const Module& module) {
    return std::ranges::any_of(module.writable, [&](const Range& range) { return range.contains(address); });
  });
}

/// Whether it is the same state in memory. What others write on the stack is not the thread's own: between which of its steps they do so is
/// not the same in each execution with these steps.
bool is_same_state(const Fiber& fiber, const char* before, const char* now, std::size_t size) {
  if (std::memcmp(before, now, size) == 0) return true;
  const auto is_shared = [&](std::size_t at) {
    const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(now) + at;
    return std::ranges::any_of(fiber.shared_on_stack,
                               [=](const SharedOnStack& shared) { return !shared.own_again && address - shared.address < shared.size; });
  };
  for (std::size_t at = 0; at < size; ++at) {
    if (before[at] != now[at] && !is_shared(at)) return false;
  }
  return true;
}

/// Two multiplicative hashes side by side.
void mix(SpinFacts::State& state, std::uint64_t word) {
  state.low = (state.low ^ word) * 0x9e37'79b9'7f4a'7c15U;
  state.low ^= state.low >> 32;
  state.high = (state.high ^ word) * 0xd6e8'feb8'6659'fd93U;
  state.high ^= state.high >> 29;
}

}  // namespace

SpinMemory::~SpinMemory() {
  if (buffer_ != nullptr) munmap(buffer_, kBuffer);
}

void SpinMemory::copy(Visit& visit, std::size_t size) {
  if (buffer_ == nullptr) {
    void* memory = PROBEREN_REAL(mmap)(nullptr, kBuffer, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return;
    buffer_ = static_cast<char*>(memory);
  }
  if (visit.size < size) {
    if (used_ + size > kBuffer) return;
    visit.at = used_;
    used_ += size;
  }
  visit.size = size;
  std::memcpy(buffer_ + visit.at, visit.frame, size);
}

bool SpinMemory::note_overwritten(std::uintptr_t address, std::size_t size) {
  const auto used = overwritten_.begin() + overwritten_count_;
  const auto same = [&](const Overwritten& old) { return old.address == address && old.size == size; };
  if (std::any_of(overwritten_.begin(), used, same)) return true;
  if (overwritten_count_ == kOverwritten || size > sizeof(Overwritten::bytes) || !stays(address)) return false;
  used->address = address;
  used->size = size;
  std::memcpy(used->bytes.data(), reinterpret_cast<const void*>(address), size);
  ++overwritten_count_;
  return true;
}

bool SpinMemory::look_at_overwritten() {
  const auto used = overwritten_.begin() + std::exchange(overwritten_count_, 0);
  return std::all_of(overwritten_.begin(), used, [](const Overwritten& old) {
    return std::memcmp(old.bytes.data(), reinterpret_cast<const void*>(old.address), old.size) == 0;
  });
}

SpinMemory::Visit* SpinMemory::same_again(Fiber& fiber, const void* frame, std::uintptr_t address, int steps) {
  if (!undone()) ++fiber.effects;
  if (fiber.effects != effects_) {
    effects_ = fiber.effects;
    count_ = next_ = 0;
    used_ = 0;
  }
  const std::size_t size = state_size(fiber, frame);
  if (size > kMaxState) return nullptr;
  const std::uintptr_t site = site_of(frame);
  for (int i = 0; i < count_; ++i) {
    Visit& visit = visits_[static_cast<std::size_t>(i)];
    if (visit.site != site || visit.frame != frame || visit.address != address) continue;
    if (visit.size == size && visit.locks == locks_ && is_same_state(fiber, buffer_ + visit.at, static_cast<const char*>(frame), size))
      return &visit;
    visit.steps = steps;
    visit.reads = fiber.reads;
    visit.writes = fiber.writes;
    visit.locks = locks_;
    copy(visit, size);
    return nullptr;
  }
  const int slot = count_ < kVisits ? count_++ : next_++ % kVisits;
  Visit& visit = visits_[static_cast<std::size_t>(slot)];
  visit = {site, frame, address, 0, 0, fiber.reads, locks_, fiber.writes, steps};
  if (size <= kCheapState) copy(visit, size);
  return nullptr;
}

SpinFacts::State SpinFacts::state_of(const Fiber& fiber, const void* frame, std::uintptr_t address) {
  State state{reinterpret_cast<std::uintptr_t>(frame), address};
  const auto* const words = static_cast<const std::uint64_t*>(frame);  // a stack is all words
  const std::size_t count = state_size(fiber, frame) / sizeof(std::uint64_t);
  for (std::size_t i = 0; i < count; ++i) mix(state, words[i]);
  return state;
}

SpinFacts::State SpinFacts::with_value(State state, explore::Value value) {
  mix(state, static_cast<std::uint64_t>(value));
  mix(state, static_cast<std::uint64_t>(value >> 64));
  return state;
}

void SpinFacts::learn(std::uintptr_t site, const State& state, explore::Value value) {
  site_ = site;
  sites_.insert(site);
  facts_.insert(with_value(state, value));
}

bool SpinMemory::take(const void* lock) {
  if (held_count_ == kHeld) return false;
  held_[static_cast<std::size_t>(held_count_++)] = {lock, locks_};
  locks_ = ++last_name_;
  return true;
}

bool SpinMemory::give_up(const void* lock) {
  int i = held_count_ - 1;
  while (i >= 0 && held_[static_cast<std::size_t>(i)].lock != lock) --i;
  if (i < 0) return false;
  std::uint64_t without = held_[static_cast<std::size_t>(i)].without;
  for (--held_count_; i < held_count_; ++i) {
    held_[static_cast<std::size_t>(i)] = {held_[static_cast<std::size_t>(i) + 1].lock, without};
    without = ++last_name_;
  }
  locks_ = without;
  return true;
}

void look_for_loop(Fiber& fiber, const void* frame, std::uintptr_t address) {
  const int steps = engine().steps(engine().current());
  SpinMemory::Visit* const visit = fiber.spin.same_again(fiber, frame, address, steps);
  if (__builtin_expect(visit == nullptr, 1)) return;
  const bool by_one_read = visit->steps == steps - 1 && visit->reads == fiber.reads && visit->writes == fiber.writes;
  if (by_one_read && session->options().search == explore::Search::kExhaustive)
    session->spin_facts().learn(site_of(frame), SpinFacts::state_of(fiber, frame, address), fiber.last_read);
  if (visit->steps == steps) session->note_plain_loop();
  engine().spin(visit->steps, site_of(frame));
  // Another turn, which begins here.
  visit->steps = engine().steps(engine().current());
  visit->reads = fiber.reads;
  visit->writes = fiber.writes;
}

}  // namespace proberen::runtime
