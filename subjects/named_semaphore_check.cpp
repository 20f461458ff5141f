// NamedSemaphore on threads, what it costs, and its known-bad twins. What is in its file is an ipc::Semaphore, which is checked in
// semaphore_check.cpp; how the file gets its name is the kernel's work (link), with no word of memory in it that a model checker could look
// at.

#include <unistd.h>

#include <atomic>
#include <string>

#include "proberen/ipc/named_semaphore.hpp"
#include "proberen/spec/counter.hpp"
#include "proberen/spec/semaphore.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/semaphore_subject.hpp"

namespace proberen {

// What is in the files of known-bad twins.
template <>
inline constexpr std::uint32_t ipc::kNamedKind<BasicSemaphore<reference::MutatedShared<mutation::DroppedWake>>> = 1001;
template <>
inline constexpr std::uint32_t ipc::kNamedKind<BasicSemaphore<reference::MutatedShared<mutation::SplitCompareExchange>>> = 1002;
template <>
inline constexpr std::uint32_t ipc::kNamedKind<BasicSemaphore<reference::MutatedShared<mutation::WeakRelease>>> = 1003;
template <>
inline constexpr std::uint32_t ipc::kNamedKind<BasicSemaphore<reference::MutatedShared<mutation::WeakAcquire>>> = 1004;

}  // namespace proberen

namespace proberen::reference {
namespace {

namespace m = mutation;

/// Loses its name at once, so that a check that is killed leaves nothing.
template <class S>
class NamelessSemaphore : public ipc::BasicNamedSemaphore<S> {
 public:
  explicit NamelessSemaphore(int units) : NamelessSemaphore(new_name(), units) {}

 private:
  NamelessSemaphore(const std::string& name, int units) : ipc::BasicNamedSemaphore<S>(ipc::create_only, name, units) { this->remove(name); }
  static std::string new_name() {
    static std::atomic<int> count{0};
    return "subject-" + std::to_string(::getpid()) + "-" + std::to_string(count.fetch_add(1, std::memory_order_relaxed));
  }
};

template <class P>
using NamedSemaphoreSubject = SemaphoreInterface<P, NamelessSemaphore<BasicSemaphore<P>>, 1>;
template <class P>
using NamedGuardSubject = Guarded<P, SemaphoreGuardAdapter<NamelessSemaphore<BasicSemaphore<P>>>>;

PROBEREN_NAMED_SUBJECT("ipc.NamedSemaphore", NamedSemaphoreSubject<SharedPlatform>, spec::Semaphore{.value = 1})
    .with(semaphore_operations)
    .with(benchmarks::named_semaphore_benchmarks);
PROBEREN_NAMED_SUBJECT("ipc.NamedSemaphore.guard", NamedGuardSubject<SharedPlatform>, spec::Counter{}).with(guard_operations);

PROBEREN_NAMED_SUBJECT("ipc.NamedSemaphore.wake-dropped", NamedSemaphoreSubject<MutatedShared<m::DroppedWake>>, spec::Semaphore{.value = 1})
    .with(semaphore_operations)
    .twin("ipc.NamedSemaphore", "it wakes nobody", {"fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.NamedSemaphore.cas-split", NamedSemaphoreSubject<MutatedShared<m::SplitCompareExchange>>,
                       spec::Semaphore{.value = 1})
    .with(semaphore_operations)
    .twin("ipc.NamedSemaphore", "its compare-and-swap is a load and a store", {"fuzz"});
PROBEREN_NAMED_SUBJECT("ipc.NamedSemaphore.release-relaxed", NamedGuardSubject<MutatedShared<m::WeakRelease>>, spec::Counter{})
    .with(guard_operations)
    .twin("ipc.NamedSemaphore", "its releases are relaxed", {"tsan"});
PROBEREN_NAMED_SUBJECT("ipc.NamedSemaphore.acquire-relaxed", NamedGuardSubject<MutatedShared<m::WeakAcquire>>, spec::Counter{})
    .with(guard_operations)
    .twin("ipc.NamedSemaphore", "its acquires are relaxed", {"tsan"});

}  // namespace
}  // namespace proberen::reference
