#include "primitives/pool/starter.hpp"

#include <signal.h>
#include <unistd.h>

#include "primitives/pool/worker.hpp"
#include "primitives/process/packet.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

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

StartedWorker WorkerStarter::start() {
  Shared<WorkerMemory> memory = Shared<WorkerMemory>::create();
  auto [ours, theirs] = packet_sockets("cannot create a socket for a worker");
  Descriptor shared = memory.duplicate_descriptor();
  if (nursery_) return {WorkerProcess(nursery_->start(theirs, shared)), std::move(memory), std::move(ours)};
  Process process =
      context_.start(kWorkerEntry, std::move(theirs), std::move(shared), self_.duplicate(), initializer_.task(), initializer_.arguments());
  return {WorkerProcess(std::move(process)), std::move(memory), std::move(ours)};
}

}  // namespace proberen::ipc::detail
