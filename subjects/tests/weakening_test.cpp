// Every acquire and every release in the reference primitives is needed, and its absence is caught: each is relaxed in turn, alone, and the
// scenarios of its subjects must show it.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "proberen/relacy_method.hpp"
#include "proberen/subject.hpp"
#include "proberen/weakening.hpp"

namespace proberen {
namespace {

using relacy::SyncSite;

/// The first failure that exploring the subject finds, by kind; "" for none.
std::string explored(const Subject& subject, int milliseconds) {
  Request request;
  request.variant = "relacy";
  request.time = std::chrono::milliseconds(milliseconds);
  std::string kind;
  make_explore_method()->run(
      subject, request,
      [&](const Record& record) {
        if (record.failure && kind.empty()) kind = record.failure->kind;
      },
      [](std::string_view) {});
  return kind;
}

TEST(Weakening, EveryOrderIsNeededAndItsAbsenceIsCaught) {
  std::set<SyncSite> known;
  for (const Subject& subject : subjects()) {
    if (subject.twin || !subject.explorable) continue;
    EXPECT_EQ(explored(subject, 400), "") << subject.name;
    for (const SyncSite& site : relacy::sync_sites_met()) known.insert(site);
  }
  std::set<std::string> files;
  for (const SyncSite& site : known) files.insert(site.file);
  EXPECT_EQ(files, (std::set<std::string>{"local_cell.hpp", "local_registry.hpp", "lock.hpp", "queue.hpp", "queue_chain.hpp",
                                          "queue_ring.hpp", "semaphore.hpp"}));
  for (const SyncSite& site : known) {
    relacy::weaken(site);
    bool caught = false;
    for (const Subject& subject : subjects()) {
      if (caught || subject.twin || !subject.explorable) continue;
      caught = !explored(subject, 300).empty();
    }
    relacy::weaken({});
    EXPECT_TRUE(caught) << site.file << ':' << site.line << ' ' << site.order << " can be relaxed and nothing shows it";
  }
}

}  // namespace
}  // namespace proberen
