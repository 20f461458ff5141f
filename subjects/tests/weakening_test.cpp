// Every acquire and every release in the reference primitives is needed, and its absence is caught: each is relaxed in turn, alone, and the
// scenarios of its subjects must show it.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proberen/relacy_method.hpp"
#include "proberen/subject.hpp"
#include "proberen/weakening.hpp"

namespace proberen {
namespace {

using relacy::SyncSite;
using std::chrono::milliseconds;

struct Exploration {
  const Subject* subject;
  std::string scenario;

  /// The kind of failure that it finds; "" for none.
  [[nodiscard]] std::string run(milliseconds time) const {
    Request request;
    request.variant = "relacy";
    request.scenario = scenario;
    request.time = time;
    std::string kind;
    make_explore_method()->run(
        *subject, request,
        [&](const Record& record) {
          if (record.failure) kind = record.failure->kind;
        },
        [](std::string_view) {});
    return kind;
  }
};

/// The scenarios of all right subjects, by the sites that they pass, each explored once with nothing relaxed.
std::map<SyncSite, std::vector<Exploration>> explorations_by_site() {
  std::map<SyncSite, std::vector<Exploration>> by_site;
  for (const Subject& subject : subjects()) {
    if (subject.twin || !subject.explorable) continue;
    for (const NamedScenario& named : subject.scenarios) {
      const Exploration exploration{&subject, named.scenario.text()};
      relacy::forget_sync_sites();
      EXPECT_EQ(exploration.run(milliseconds(50)), "") << subject.name << ": " << exploration.scenario;
      for (const SyncSite& site : relacy::sync_sites_met()) by_site[site].push_back(exploration);
    }
  }
  return by_site;
}

/// A little time for each first: most are caught at once.
bool is_caught(const std::vector<Exploration>& explorations) {
  for (const milliseconds time : {milliseconds(20), milliseconds(600)}) {
    for (const Exploration& exploration : explorations) {
      if (!exploration.run(time).empty()) return true;
    }
  }
  return false;
}

/// What an access may be weakened to, each alone: one that is acquire and release loses either half.
std::vector<std::pair<std::memory_order, const char*>> weaker_than(const std::string& order) {
  if (order == "acq_rel") return {{std::memory_order_acquire, "acquire"}, {std::memory_order_release, "release"}};
  return {{std::memory_order_relaxed, "relaxed"}};
}

TEST(Weakening, EveryOrderIsNeededAndItsAbsenceIsCaught) {
  const std::map<SyncSite, std::vector<Exploration>> by_site = explorations_by_site();
  std::set<std::string> files;
  for (const auto& [site, explorations] : by_site) {
    files.insert(site.file);
    for (const auto& [weaker, name] : weaker_than(site.order)) {
      relacy::weaken(site, weaker);
      EXPECT_TRUE(is_caught(explorations)) << site.file << ':' << site.line << ' ' << site.order << " can be " << name
                                           << " and nothing shows it";
      relacy::weaken({});
    }
  }
  EXPECT_EQ(files,
            (std::set<std::string>{"completion.hpp", "frame_channel.hpp", "frame_ring.hpp", "ipc_lock_subject.hpp", "local_cell.hpp",
                                   "local_registry.hpp", "lock.hpp", "message_ring.hpp", "position.hpp", "queue.hpp", "queue_chain.hpp",
                                   "queue_ring.hpp", "robust_core.hpp", "semaphore.hpp", "task_window.hpp", "timer_state.hpp"}));
}

}  // namespace
}  // namespace proberen
