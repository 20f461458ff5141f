// NamedSemaphore on threads, and what it costs. What is in its file is an ipc::Semaphore, which is checked in semaphore_check.cpp; how the
// file gets its name is the kernel's work (link), with no word of memory in it that a model checker could look at.

#include <unistd.h>

#include <atomic>
#include <string>

#include "proberen/ipc/named_semaphore.hpp"
#include "proberen/spec/semaphore.hpp"
#include "subjects/benchmarks/reference_benchmarks.hpp"
#include "subjects/declarations.hpp"
#include "subjects/semaphore_subject.hpp"

namespace proberen::reference {
namespace {

/// Loses its name at once, so that a check that is killed leaves nothing.
class NamelessSemaphore : public ipc::NamedSemaphore {
 public:
  explicit NamelessSemaphore(int units) : NamelessSemaphore(new_name(), units) {}

 private:
  NamelessSemaphore(const std::string& name, int units) : ipc::NamedSemaphore(ipc::create_only, name, units) { remove(name); }
  static std::string new_name() {
    static std::atomic<int> count{0};
    return "subject-" + std::to_string(::getpid()) + "-" + std::to_string(count.fetch_add(1, std::memory_order_relaxed));
  }
};

using NamedSemaphoreSubject = SemaphoreInterface<SharedPlatform, NamelessSemaphore, 1>;

PROBEREN_NAMED_SUBJECT("ipc.NamedSemaphore", NamedSemaphoreSubject, spec::Semaphore{.value = 1})
    .with(semaphore_operations)
    .with(benchmarks::named_semaphore_benchmarks);

}  // namespace
}  // namespace proberen::reference
