#include "primitives/pool/starter.hpp"

#include <chrono>
#include <exception>
#include <typeinfo>

#include <signal.h>
#include <unistd.h>

#include "primitives/pool/worker.hpp"
#include "primitives/process/packet.hpp"
#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// How long a pool that ends waits for a worker that is being started. Whoever forks it takes some milliseconds, when it runs.
constexpr std::chrono::milliseconds kBirth{500};

Descriptor hold_self() {
  Descriptor self(open_pidfd(::getpid()));
  if (!self) throw_errno("a pool cannot hold its own process");
  if (!worker_entry_is_there()) throw_error(ENOENT, "a pool has no worker to start");
  return self;
}

}  // namespace

WorkerProcess::~WorkerProcess() {
  if (pidfd_) kill();
}

void WorkerProcess::kill() noexcept { send_signal(sentinel(), SIGKILL); }

WorkerStarter::WorkerStarter(StartMethod method, ContextOptions options, TaskCall initializer)
    : initializer_(std::move(initializer)), self_(hold_self()), context_(method, options) {
  if (method == StartMethod::fork) nursery_.emplace(options, self_, initializer_.task(), initializer_.arguments());
}

void WorkerStarter::begin() {
  Shared<WorkerMemory> memory = Shared<WorkerMemory>::create();
  auto [ours, theirs] = packet_sockets("cannot create a socket for a worker");
  Descriptor shared = memory.duplicate_descriptor();
  Candidate candidate{std::move(memory), std::move(ours), {}, {}};
  if (nursery_) {
    nursery_->ask(theirs, shared);
  } else {
    candidate.arguments = {std::move(theirs), std::move(shared), self_.duplicate(), initializer_.task(), initializer_.arguments()};
    candidate.start = context_.begin(Context::find(kWorkerEntry, typeid(Arguments)), &candidate.arguments, {});
  }
  candidate_ = std::move(candidate);
}

std::vector<pollfd> WorkerStarter::news() const {
  if (nursery_) return nursery_->news();
  if (candidate_->start.server) return {{candidate_->start.asked.answer.get(), POLLIN, 0}};
  return {};
}

std::optional<StartedWorker> WorkerStarter::finish() {
  Candidate candidate = std::move(*std::exchange(candidate_, std::nullopt));
  const auto started = [&](WorkerProcess process) {
    return StartedWorker{std::move(process), std::move(candidate.memory), std::move(candidate.socket)};
  };
  if (nursery_) return started(WorkerProcess(nursery_->answer()));
  std::optional<Process> process = context_.finish(candidate.start);
  if (process) return started(WorkerProcess(std::move(*process)));
  candidate_ = std::move(candidate);
  return std::nullopt;
}

StartedWorker WorkerStarter::start() {
  begin();
  for (;;) {
    if (std::optional<StartedWorker> worker = finish()) return std::move(*worker);
  }
}

void WorkerStarter::abandon() noexcept {
  if (!candidate_) return;
  try {
    std::vector<pollfd> sources = news();
    if (sources.empty() || poll_until(sources, deadline_after(SteadyClock::now(), kBirth)) > 0) (void)finish();
  } catch (const std::exception&) {
    // Then there is none.
  }
  candidate_.reset();
}

}  // namespace proberen::ipc::detail
