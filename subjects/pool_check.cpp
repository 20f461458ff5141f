// The words of ipc::Pool, and their known-bad twins.

#include "proberen/spec/handout.hpp"
#include "proberen/spec/promise.hpp"
#include "subjects/declarations.hpp"
#include "subjects/pool_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

PROBEREN_NAMED_SUBJECT("Pool.result", ResultSubject<DefaultPlatform>, spec::Promise{}).with(result_operations);
PROBEREN_NAMED_SUBJECT("Pool.window", WindowSubject<DefaultPlatform>, spec::Handout{.capacity = 2}).with(window_operations);

PROBEREN_NAMED_SUBJECT("Pool.result.acquire-relaxed", ResultSubject<Mutated<m::WeakAcquire>>, spec::Promise{})
    .with(result_operations)
    .twin("Pool.result", "its acquires are relaxed", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Pool.result.release-relaxed", ResultSubject<Mutated<m::WeakRelease>>, spec::Promise{})
    .with(result_operations)
    .twin("Pool.result", "its releases are relaxed", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Pool.result.wake-dropped", ResultSubject<Mutated<m::DroppedWake>>, spec::Promise{})
    .with(result_operations)
    .twin("Pool.result", "it wakes nobody", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("Pool.result.or-split", ResultSubject<Mutated<m::SplitRmw>>, spec::Promise{})
    .with(result_operations)
    .twin("Pool.result", "its fetch-and-or is a load and a store", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("Pool.result.parks-on-latest", ResultSubject<Mutated<m::ParkOnLatest>>, spec::Promise{})
    .with(result_operations)
    .twin("Pool.result", "it falls asleep whatever the word holds", {"explore", "explored"});

PROBEREN_NAMED_SUBJECT("Pool.window.acquire-relaxed", WindowSubject<Mutated<m::WeakAcquire>>, spec::Handout{.capacity = 2})
    .with(window_operations)
    .twin("Pool.window", "its acquires are relaxed", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Pool.window.release-relaxed", WindowSubject<Mutated<m::WeakRelease>>, spec::Handout{.capacity = 2})
    .with(window_operations)
    .twin("Pool.window", "its releases are relaxed", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Pool.window.cas-split", WindowSubject<Mutated<m::SplitCompareExchange>>, spec::Handout{.capacity = 2})
    .with(window_operations)
    .twin("Pool.window", "its compare-and-swap is a load and a store", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("Pool.window.wake-dropped", WindowSubject<Mutated<m::DroppedWake>>, spec::Handout{.capacity = 2})
    .with(window_operations)
    .twin("Pool.window", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});
using OverwritingWindow = WindowSubject<DefaultPlatform, false>;
PROBEREN_NAMED_SUBJECT("Pool.window.unanswered-overwritten", OverwritingWindow, spec::Handout{.capacity = 2})
    .with(window_operations)
    .twin("Pool.window", "it writes over tasks that have begun and are not answered", {"explore", "explored", "tsan"});

}  // namespace
}  // namespace proberen::reference
