/// Weakening: what would happen if one access of a primitive's source were relaxed? Used to show that each order is needed and that its
/// absence is caught.
#pragma once

#include <atomic>
#include <compare>
#include <string>
#include <vector>

namespace proberen::relacy {

/// A line of source with an atomic access that is not relaxed.
struct SyncSite {
  std::string file;  ///< without its folders
  unsigned line = 0;
  std::string order;  ///< acquire, release …

  friend auto operator<=>(const SyncSite&, const SyncSite&) = default;
};

/// From now on accesses on that line that are not relaxed have that order; an empty file: none.
void weaken(const SyncSite& site, std::memory_order to = std::memory_order_relaxed);

/// The sites that explorations of this process have met since it began or forgot them, sorted.
[[nodiscard]] std::vector<SyncSite> sync_sites_met();
void forget_sync_sites();

}  // namespace proberen::relacy
