/// The words of the exploration engine: threads, memory orders, accesses, options, failures.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace proberen::explore {

/// Threads are numbered in the order of their creation; 0 runs the body.
using ThreadId = int;
inline constexpr ThreadId kNoThread = -1;
inline constexpr int kMaxThreads = 128;  ///< of one execution, the body's included

/// What an atomic location holds: 1, 2, 4, 8 or 16 bytes, little end first; bytes past the size are zero.
__extension__ using Value = unsigned __int128;

/// The address of the instruction after the call that made an event: what a source line is found from. 0: not known.
using Site = std::uintptr_t;

/// C++20 memory orders. Consume is treated as acquire. `kPlain` is an access that is not atomic.
enum class Order : std::uint8_t { kPlain, kRelaxed, kAcquire, kRelease, kAcqRel, kSeqCst };

/// One access to an atomic location.
struct Access {
  std::uintptr_t address = 0;
  unsigned size = 0;  ///< bytes: 1, 2, 4, 8 or 16
  Order order = Order::kSeqCst;
  Site site = 0;
};

enum class MemoryModel : std::uint8_t { kRc11, kSc };
enum class Search : std::uint8_t { kExhaustive, kRandom, kPct, kPos, kSurw, kReplay };

struct Options {
  MemoryModel model = MemoryModel::kRc11;
  Search search = Search::kExhaustive;
  std::uint64_t seed = 1;
  std::uint64_t max_executions = 0;    ///< complete and blocked ones together; 0: no limit
  std::chrono::milliseconds time{0};   ///< 0: no limit
  int preemptions = -1;                ///< of kExhaustive: executions that have a schedule with at most so many (bounded.hpp); -1: all
  int pct_depth = 3;                   ///< of PCT
  std::uint64_t max_events = 100'000;  ///< in one execution; more is a runaway loop
  bool races_fail = true;              ///< a data race is a failure; else plain accesses are explored like relaxed atomic ones
  bool spurious_failures = false;      ///< a weak compare-and-swap may fail for no reason, a condition wait may return for none
  bool keep_going = false;             ///< a failure does not end the search; the first one is kept
  bool stuck_is_an_end = false;        ///< that threads are blocked for ever is an end like another; Engine::stuck() says so
  std::string witness;                 ///< of kReplay
};

/// Why an execution is wrong. The words of records: `to_string`.
enum class FailureKind : std::uint8_t {
  kAssertion,
  kDataRace,
  kDeadlock,
  kLivelock,
  kUseAfterFree,
  kDoubleFree,
  kOutOfBounds,
  kLeak,
  kUninitializedRead,
  kMixedSize,
  kLockMisuse,
  kUncaughtException,
  kCrash,
  kOutcome,
  kNondeterminism,
  kUnsupported,
  kRunaway,
};

/// `assertion`, `data-race`, `deadlock`, …
[[nodiscard]] const char* to_string(FailureKind kind);

/// One step of an execution, for people.
struct Step {
  ThreadId thread = 0;
  int index = 0;           ///< its place in its thread, from 0
  std::string text;        ///< `read 1 of 0x…, acquire`
  std::string reads_from;  ///< `T1.3`, `init`, or ""
  Site site = 0;
  bool second_half = false;  ///< the write of an update: the same call has read in the thread's step before
};

/// Where one of the accesses of a failure was made.
struct Place {
  ThreadId thread = kNoThread;
  Site site = 0;
  std::string what;  ///< `write of 4 bytes`
};

struct Failure {
  FailureKind kind = FailureKind::kAssertion;
  std::string message;        ///< one line
  std::vector<Place> places;  ///< the one that failed first; of a race, both
  std::vector<Step> steps;    ///< a linearization of the execution with the fewest context switches
  std::string witness;        ///< what kReplay takes
};

/// Of what is left of a search, where it is divided.
enum class Half : std::uint8_t { kFirst, kSecond };

/// What has been counted so far.
struct Counts {
  std::uint64_t executions = 0;  ///< complete: every thread ended, or, where Options say so, is blocked for ever
  std::uint64_t stuck = 0;       ///< of those: that threads are blocked for ever in
  std::uint64_t blocked = 0;     ///< abandoned, because an assumption does not hold or a loop would wait for ever where others go on
  std::uint64_t failed = 0;      ///< executions that ended with a failure: one, but where the search keeps going
  std::uint64_t events = 0;      ///< performed, replayed ones included
  std::uint64_t distinct = 0;    ///< of a sampled search: different reads-from graphs seen, up to a million
  std::uint64_t seen_once = 0;   ///< of those: that one execution alone had
  std::uint64_t compared = 0;    ///< in how many executions they were seen
  std::uint64_t longest = 0;     ///< events of the longest execution
};

}  // namespace proberen::explore
