// The ring of ipc::Queue on the real kernel, whose processes are killed, and its known-bad twins.

#include "proberen/spec/fifo.hpp"
#include "subjects/declarations.hpp"
#include "subjects/ipc_queue_subject.hpp"

namespace proberen::reference {
namespace {

namespace ring = ipc::detail;

/// What ships, but that it lingers at each of its steps, so that kills meet each of them, and not only what lies around them.
struct LingeringRing : ring::ShippedRing {
  static void reach(ring::RingStep) noexcept {
    for (int i = 0; i < 20; ++i) SharedPlatform::relax();
  }
};
/// Its locks stay held by the dead.
struct DeafRing : LingeringRing {
  using Lock = ring::PlainMutex<SharedPlatform>;
};
/// And takes long to copy.
struct EarlyRing : LingeringRing {
  static constexpr bool kCopiedBeforePut = false;
  static void reach(ring::RingStep step) noexcept {
    for (int times = step == ring::RingStep::put_begun ? 4 : 1; times > 0; --times) LingeringRing::reach(step);
  }
};

using KilledSubject = MessageRingInterface<SharedPlatform, LingeringRing>;
using DeafSubject = MessageRingInterface<SharedPlatform, DeafRing>;
using EarlySubject = MessageRingInterface<SharedPlatform, EarlyRing>;

constexpr auto fifo = [] { return spec::Fifo{.capacity = 2}; };

PROBEREN_NAMED_SUBJECT("ipc.Queue.killed", KilledSubject, fifo()).with(killed_ring_operations);
PROBEREN_NAMED_SUBJECT("ipc.Queue.killed.deaf", DeafSubject, fifo())
    .with(killed_ring_operations)
    .twin("ipc.Queue.killed", "its locks stay held by the dead", {"stress"});
PROBEREN_NAMED_SUBJECT("ipc.Queue.killed.early", EarlySubject, fifo())
    .with(killed_ring_operations)
    .twin("ipc.Queue.killed", "a message counts as put before it is complete", {"stress"});

}  // namespace
}  // namespace proberen::reference
