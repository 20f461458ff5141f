// The heap of ipc::PriorityQueue on the real kernel, whose processes are killed, and its known-bad twins.

#include "proberen/spec/message_queue.hpp"
#include "subjects/declarations.hpp"
#include "subjects/ipc_priority_queue_subject.hpp"

namespace proberen::reference {
namespace {

namespace heap = ipc::detail;

/// What ships, but that it lingers at each of its steps, so that kills meet each of them, and not only what lies around them.
struct LingeringHeap : heap::ShippedHeap {
  static void reach(heap::RingStep) noexcept {
    for (int i = 0; i < 20; ++i) SharedPlatform::relax();
  }
};
/// Its lock stays held by the dead.
struct DeafHeap : LingeringHeap {
  using Lock = heap::PlainMutex<SharedPlatform>;
};
/// And takes long to copy.
struct EarlyHeap : LingeringHeap {
  static constexpr bool kCopiedBeforePut = false;
  static void reach(heap::RingStep step) noexcept {
    for (int times = step == heap::RingStep::put_begun ? 4 : 1; times > 0; --times) LingeringHeap::reach(step);
  }
};
/// And takes long before it says how many messages its index has.
struct TrustingHeap : LingeringHeap {
  static constexpr bool kIndexEndsWithOwner = false;
  static void reach(heap::RingStep step) noexcept {
    const bool late = step == heap::RingStep::put_indexed || step == heap::RingStep::get_indexed;
    for (int times = late ? 8 : 1; times > 0; --times) LingeringHeap::reach(step);
  }
};

template <class Policy>
using Killed = MessageHeapInterface<SharedPlatform, Policy>;

constexpr auto message_queue = [] { return spec::MessageQueue{.messages = {.capacity = 3}}; };

PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.killed", Killed<LingeringHeap>, message_queue()).with(killed_heap_operations);
PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.killed.deaf", Killed<DeafHeap>, message_queue())
    .with(killed_heap_operations)
    .twin("ipc.PriorityQueue.killed", "its lock stays held by the dead", {"stress"});
PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.killed.early", Killed<EarlyHeap>, message_queue())
    .with(killed_heap_operations)
    .twin("ipc.PriorityQueue.killed", "a message counts as put before it is complete", {"stress"});
PROBEREN_NAMED_SUBJECT("ipc.PriorityQueue.killed.trusting", Killed<TrustingHeap>, message_queue())
    .with(killed_heap_operations)
    .twin("ipc.PriorityQueue.killed", "it trusts the index of one who died in the middle", {"stress"});

}  // namespace
}  // namespace proberen::reference
