// Compiled by tests with one type after another: ipc::Shared takes what processes can share, and refuses the rest with one message.

#include "proberen/ipc/lock.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "proberen/queue.hpp"
#include "proberen/semaphore.hpp"
#include "proberen/thread_local.hpp"

template class proberen::ipc::Shared<PROBEREN_SHARED_TYPE>;
