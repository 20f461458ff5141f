/// Weakening: what would happen if one access of a primitive's source were relaxed? Used to show that each order is needed and that its
/// absence is caught.
#pragma once

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

/// From now on accesses on that line are relaxed; an empty file: none.
void weaken(const SyncSite& site);

/// The sites that explorations of this process have met so far, sorted.
[[nodiscard]] std::vector<SyncSite> sync_sites_met();

}  // namespace proberen::relacy
