// The shared memory of a pipe on the real kernel, whose processes are killed, and its known-bad twins.

#include "proberen/spec/fifo.hpp"
#include "subjects/declarations.hpp"
#include "subjects/pipe_subject.hpp"

namespace proberen::reference {
namespace {

using KilledPipe = PipeSubject<SharedPlatform, LingeringLock<ipc::detail::RobustMutex>, Impatient>;
using DeafPipe = PipeSubject<SharedPlatform, LingeringLock<ipc::detail::PlainMutex<SharedPlatform>>, Impatient>;

constexpr auto room_for_two = [] { return spec::Fifo{.capacity = 2}; };

PROBEREN_NAMED_SUBJECT("ipc.Pipe.killed", KilledPipe, room_for_two()).with(killed_hand_over_operations);
PROBEREN_NAMED_SUBJECT("ipc.Pipe.killed.deaf", DeafPipe, room_for_two())
    .with(killed_hand_over_operations)
    .twin("ipc.Pipe.killed", "its locks stay held by the dead", {"stress"});

}  // namespace
}  // namespace proberen::reference
