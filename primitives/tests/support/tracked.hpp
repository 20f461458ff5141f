/// Values whose making and destruction are counted.
#pragma once

#include <atomic>

namespace proberen::test {

/// How many Tracked were made and destroyed on its behalf.
struct Tally {
  std::atomic<int> made{0};
  std::atomic<int> destroyed{0};
  /// Destroyed a second time, or never made.
  std::atomic<int> wrong{0};

  [[nodiscard]] int alive() const { return made - destroyed; }
};

/// A value that reports to a tally; neither copied nor moved, nor made from nothing.
class Tracked {
 public:
  explicit Tracked(Tally& tally, int content = 0) : number(content), tally_(tally) { ++tally_.made; }
  Tracked(const Tracked&) = delete;
  Tracked& operator=(const Tracked&) = delete;
  ~Tracked() {
    if (alive_ != kAlive) ++tally_.wrong;
    alive_ = 0;
    ++tally_.destroyed;
  }

  int number;

 private:
  static constexpr unsigned kAlive = 0x600df00d;
  Tally& tally_;
  volatile unsigned alive_ = kAlive;
};

}  // namespace proberen::test
