/// Spin: tells a loop without effect, exactly. A thread that comes back to the same call with the same callee-saved registers and the same
/// stack, and has done nothing since that anybody could see, is in the same local state: it will go on doing the same until what it reads
/// changes.
///
/// For each call that may read in a loop (atomic loads, compare-and-swaps, locks) the state of the visit is kept until the thread's next
/// effect. A plain write that leaves memory as it was at the last visit is none: queues keep the other side's index in a variable of their
/// own, and write it there again and again. A lock that was taken since and has been given up is no effect, so that polling under a lock is
/// a loop like another. Where one atomic read and nothing else lay between two visits in the same state, that is a fact about the program:
/// in this state, this value leads nowhere. Facts are kept for the whole search, and the engine need not run what they decide.
///
/// Plain reads are such calls where races are explored, where a thread has had no news for some time (signals.cpp), and once a loop without
/// any step has been found: who waits for a plain variable lets the others run, and who writes it races with the loop. Limits: the
/// state includes values that the program will not look at again, so a loop may be recognised one turn late; that somebody's try-lock fails
/// because of a turn in vain is explored for the first turn alone; stacks deeper than kMaxState bytes are not looked at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "proberen/explore/types.hpp"

namespace proberen::runtime {

struct Fiber;

class SpinMemory {
 public:
  static constexpr std::size_t kMaxState = std::size_t{256} << 10;

  SpinMemory() = default;
  ~SpinMemory();
  SpinMemory(const SpinMemory&) = delete;
  SpinMemory& operator=(const SpinMemory&) = delete;

  void forget() {
    count_ = next_ = 0;
    used_ = 0;
    held_count_ = 0;
    locks_ = 0;
    overwritten_count_ = 0;
  }
  /// The thread, with so many effects, is about to write there plainly. False: that cannot be judged later, and is an effect.
  [[gnu::always_inline]] bool may_be_undone(std::uint64_t effects, std::uintptr_t address, std::size_t size) {
    return effects != effects_ || note_overwritten(address, size);  // where there was an effect already, another one is nothing new
  }
  /// Whether memory is now as it was before the writes since this was last asked. To be asked before other threads may see them.
  bool undone() { return overwritten_count_ == 0 || look_at_overwritten(); }

  /// The thread takes a lock, or gives one up. False: it is not known any more which locks it holds, and that is an effect.
  bool take(const void* lock);
  bool give_up(const void* lock);

  struct Visit {
    std::uintptr_t site = 0;
    const void* frame = nullptr;
    std::uintptr_t address = 0;
    std::size_t at = 0;        ///< where in the buffer the state is
    std::size_t size = 0;      ///< 0: no copy yet
    std::uint64_t reads = 0;   ///< plain ones that the thread had made
    std::uint64_t locks = 0;   ///< what locks_ was
    std::uint64_t writes = 0;  ///< plain ones, too
    int steps = 0;             ///< that the thread had made
  };
  /// The earlier visit, since the fiber's last effect, of which [frame, top) with the access to `address` is the state. Null: there is
  /// none, and this one is noted.
  Visit* same_again(Fiber& fiber, const void* frame, std::uintptr_t address, int steps);

 private:
  struct Held {
    const void* lock = nullptr;
    std::uint64_t without = 0;  ///< what locks_ was before it was taken
  };
  /// What was in memory before a plain write.
  struct Overwritten {
    std::uintptr_t address = 0;
    std::size_t size = 0;
    std::array<char, 16> bytes{};
  };
  static constexpr int kOverwritten = 8;
  static constexpr int kHeld = 16;
  static constexpr int kVisits = 16;
  /// A big state is copied only when the thread has come back once.
  static constexpr std::size_t kCheapState = 2048;

  void copy(Visit& visit, std::size_t size);
  [[nodiscard]] bool note_overwritten(std::uintptr_t address, std::size_t size);
  [[nodiscard]] bool look_at_overwritten();

  std::array<Visit, kVisits> visits_{};
  int count_ = 0;
  int next_ = 0;  ///< the one to overwrite when all are taken
  std::array<Held, kHeld> held_{};
  int held_count_ = 0;
  std::uint64_t locks_ = 0;  ///< a name for the locks that it holds, each since the same moment; 0: none
  std::uint64_t last_name_ = 0;
  std::uint64_t effects_ = ~std::uint64_t{0};
  std::array<Overwritten, kOverwritten> overwritten_{};  ///< the first one of an address and a size holds what was there at the last visit
  int overwritten_count_ = 0;
  char* buffer_ = nullptr;  ///< reserved when first needed
  std::size_t used_ = 0;
};

/// Which values lead nowhere, in which states.
class SpinFacts {
 public:
  /// Whether there are any about this call.
  [[nodiscard]] bool any(std::uintptr_t site) const { return site == site_ || (site_ != 0 && sites_.contains(site)); }
  /// A state, by a hash of 128 bits.
  struct State {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool operator==(const State&) const = default;
  };
  /// That of a fiber in a looking hook. O(its stack).
  [[nodiscard]] static State state_of(const Fiber& fiber, const void* frame, std::uintptr_t address);
  void learn(std::uintptr_t site, const State& state, explore::Value value);
  [[nodiscard]] bool know(const State& state, explore::Value value) const { return facts_.contains(with_value(state, value)); }

 private:
  struct Hash {
    std::size_t operator()(const State& state) const { return state.low; }
  };
  [[nodiscard]] static State with_value(State state, explore::Value value);

  std::uintptr_t site_ = 0;  ///< the last one learned
  std::unordered_set<std::uintptr_t> sites_;
  std::unordered_set<State, Hash> facts_;
};

/// For a looking hook: if the calling fiber is where it has been before, it waits until something that it reads changes.
void look_for_loop(Fiber& fiber, const void* frame, std::uintptr_t address);

}  // namespace proberen::runtime
