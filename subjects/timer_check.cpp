// Timer: one timer and the queue of its service, and their known-bad twins.

#include "proberen/spec/timer.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/timer_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

template <class Mutation>
using MutatedTimer = TimerSubject<Mutated<Mutation>>;
using HastyTimer = TimerSubject<DefaultPlatform, HastyTimerQueue<DefaultPlatform>>;
using ImpatientTimer = TimerSubject<DefaultPlatform, ImpatientTimerQueue<DefaultPlatform>>;

PROBEREN_NAMED_SUBJECT("Timer", TimerSubject<DefaultPlatform>, spec::Timer{}).with(timer_operations).with(benchmarks::timer_benchmarks);

PROBEREN_NAMED_SUBJECT("Timer.acquire-relaxed", MutatedTimer<m::WeakAcquire>, spec::Timer{})
    .with(timer_operations)
    .twin("Timer", "its acquires are relaxed", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Timer.release-relaxed", MutatedTimer<m::WeakRelease>, spec::Timer{})
    .with(timer_operations)
    .twin("Timer", "its releases are relaxed", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Timer.wake-dropped", MutatedTimer<m::DroppedWake>, spec::Timer{})
    .with(timer_operations)
    .twin("Timer", "it wakes neither its service nor those who wait for it", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Timer.parks-on-latest", MutatedTimer<m::ParkOnLatest>, spec::Timer{})
    .with(timer_operations)
    .twin("Timer", "it falls asleep on whatever the word holds by then", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Timer.cas-split", MutatedTimer<m::SplitCompareExchange>, spec::Timer{})
    .with(timer_operations)
    .twin("Timer", "its compare-and-swap is a load and a store", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Timer.rmw-split", MutatedTimer<m::SplitRmw>, spec::Timer{})
    .with(timer_operations)
    .twin("Timer", "its exchanges and additions are a load and a store", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Timer.cancel-hasty", HastyTimer, spec::Timer{})
    .with(timer_operations)
    .twin("Timer", "cancel answers by what it saw before it took the lock", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("Timer.cancel-impatient", ImpatientTimer, spec::Timer{})
    .with(timer_operations)
    .twin("Timer", "cancel_and_wait does not wait", {"explore", "explored"});

}  // namespace
}  // namespace proberen::reference
