/// Buckets: futexes that have one queue together, as FUTEX_REQUEUE moves sleepers from one to the other. The kernel does that under the
/// locks of both, so nobody finds a sleeper in neither of them, or in both. In one queue each sleeper waits at a futex of its own, which a
/// requeue changes. Which futexes these are is found out by the search, which starts again then.
#pragma once

#include <cstdint>
#include <string>

namespace proberen::runtime {

void buckets_clear();
/// For a witness, and back: `Q<address>,<address>,…;`, two by two.
[[nodiscard]] std::string buckets_text();
/// Takes the text off the front of a witness.
void buckets_parse(std::string& witness);

/// What names the queue in which the sleepers of a futex are: the futex itself where it shares none.
[[nodiscard]] std::uintptr_t bucket_of(std::uintptr_t futex);
/// Whether the futex shares its queue.
[[nodiscard]] bool shares_bucket(std::uintptr_t futex);
/// The search has just found out that sleepers are moved between the two: it starts again.
[[noreturn]] void note_one_bucket(std::uintptr_t futex, std::uintptr_t other);

}  // namespace proberen::runtime
