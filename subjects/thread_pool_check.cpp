// The line of a ThreadPool's tasks, and its known-bad twins. How a result is handed over, the pools have in common: pool_check.cpp.

#include "proberen/spec/tasks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/thread_pool_subject.hpp"

namespace proberen::reference {
namespace {

namespace m = mutation;

struct KeepsWhatWaits : detail::TaskRules {
  static constexpr bool kEndRefusesWhatWaits = false;
};
struct OverlooksEnd : detail::TaskRules {
  static constexpr bool kEndIsLookedFor = false;
};
struct LeavesTheEndToTheFirst : detail::TaskRules {
  static constexpr bool kEndIsLeftToTheFirst = true;
};
template <class Rules>
using WrongRules = TaskLineSubject<DefaultPlatform, Rules>;

PROBEREN_NAMED_SUBJECT("ThreadPool.tasks", TaskLineSubject<DefaultPlatform>, spec::Tasks{}).with(task_line_operations);

PROBEREN_NAMED_SUBJECT("ThreadPool.tasks.keeps-what-waits", WrongRules<KeepsWhatWaits>, spec::Tasks{})
    .with(task_line_operations)
    .twin("ThreadPool.tasks", "when it ends, tasks that wait get no answer", {"explore", "explored", "fuzz"});
PROBEREN_NAMED_SUBJECT("ThreadPool.tasks.overlooks-end", WrongRules<OverlooksEnd>, spec::Tasks{})
    .with(task_line_operations)
    .twin("ThreadPool.tasks", "a task begins after others were told that the pool has ended", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ThreadPool.tasks.leaves-end", WrongRules<LeavesTheEndToTheFirst>, spec::Tasks{})
    .with(task_line_operations)
    .twin("ThreadPool.tasks", "whoever ends it second goes on before it has ended", {"explore", "explored"});
PROBEREN_NAMED_SUBJECT("ThreadPool.tasks.acquire-relaxed", TaskLineSubject<Mutated<m::WeakAcquire>>, spec::Tasks{})
    .with(task_line_operations)
    .twin("ThreadPool.tasks", "its acquires are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("ThreadPool.tasks.release-relaxed", TaskLineSubject<Mutated<m::WeakRelease>>, spec::Tasks{})
    .with(task_line_operations)
    .twin("ThreadPool.tasks", "its releases are relaxed", {"explore", "explored", "tsan"});
PROBEREN_NAMED_SUBJECT("ThreadPool.tasks.wake-dropped", TaskLineSubject<Mutated<m::DroppedWake>>, spec::Tasks{})
    .with(task_line_operations)
    .twin("ThreadPool.tasks", "it wakes nobody", {"explore", "explored", "fuzz", "stress"});

}  // namespace
}  // namespace proberen::reference
