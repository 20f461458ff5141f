#include "models/runtime/spin.hpp"

#include <sys/mman.h>

#include <cstring>

#include "models/runtime/arch/arch.hpp"
#include "models/runtime/session.hpp"

namespace proberen::runtime {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 20;

std::uintptr_t site_of(const void* frame) { return static_cast<const std::uintptr_t*>(frame)[kSavedRegisters]; }

}  // namespace

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

bool SpinMemory::same_again(const void* frame, const char* top, std::uintptr_t address, std::uint64_t effects, int steps, int& first) {
  if (effects != effects_) {
    effects_ = effects;
    count_ = next_ = 0;
    used_ = 0;
  }
  const auto size = static_cast<std::size_t>(top - static_cast<const char*>(frame));
  if (size > kMaxState) return false;
  const std::uintptr_t site = site_of(frame);
  for (int i = 0; i < count_; ++i) {
    Visit& visit = visits_[static_cast<std::size_t>(i)];
    if (visit.site != site || visit.frame != frame || visit.address != address) continue;
    if (visit.size == size && visit.locks == locks_ && std::memcmp(buffer_ + visit.at, frame, size) == 0) {
      first = visit.steps;
      return true;
    }
    visit.steps = steps;
    visit.locks = locks_;
    copy(visit, size);
    return false;
  }
  const int slot = count_ < kVisits ? count_++ : next_++ % kVisits;
  Visit& visit = visits_[static_cast<std::size_t>(slot)];
  visit = {site, frame, address, 0, 0, steps, locks_};
  if (size <= kCheapState) copy(visit, size);
  return false;
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

void spin_check(Fiber& fiber, const void* frame, std::uintptr_t address) {
  int first = 0;
  const int steps = engine().steps(engine().current());
  if (__builtin_expect(fiber.spin.same_again(frame, fiber.borrowed.stack_top, address, fiber.effects, steps, first), 0)) {
    engine().spin(first, site_of(frame));
  }
}

}  // namespace proberen::runtime
