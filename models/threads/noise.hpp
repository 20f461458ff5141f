/// Noise: yields, spins and short sleeps at random moments, so that threads meet in more ways than the scheduler would make them.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <thread>

#include "proberen/native_platform.hpp"

namespace proberen {

class Noise {
 public:
  /// `chance` of a disturbance at each call; the same seed and thread give the same ones.
  Noise(std::uint64_t seed, std::uint64_t thread, double chance) : random_(seed * 0x9e3779b97f4a7c15ull + thread), chance_(chance) {}

  void disturb() {
    if (std::uniform_real_distribution<double>(0, 1)(random_) >= chance_) return;
    const auto kind = random_() % 16;
    if (kind < 9) {
      std::this_thread::yield();
    } else if (kind < 15) {
      for (auto spins = random_() % 300; spins > 0; --spins) NativePlatform::relax();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }

 private:
  std::minstd_rand random_;
  double chance_;
};

}  // namespace proberen
