#include "primitives/process/child.hpp"

#include <cstdlib>
#include <cstring>
#include <exception>

#include <fcntl.h>
#include <sys/prctl.h>

#include "primitives/process/launch.hpp"
#include "primitives/process/payload.hpp"
#include "primitives/process/system_call.hpp"
#include "primitives/tracker/protocol.hpp"
#include "proberen/ipc/entry.hpp"

namespace proberen::ipc {
namespace detail {
namespace {

bool initialized = false;

/// The descriptors that launch_self() passed, close-on-exec again.
std::vector<Descriptor> inherited_descriptors(int argc, char** argv) {
  std::vector<Descriptor> descriptors;
  for (int index = 3; index < argc; ++index) {
    Descriptor descriptor(std::atoi(argv[index]));
    if (::fcntl(descriptor.get(), F_SETFD, FD_CLOEXEC) != 0) throw_errno("a descriptor did not arrive");
    descriptors.push_back(std::move(descriptor));
  }
  return descriptors;
}

[[noreturn]] void run_spawned(std::vector<Descriptor> descriptors) {
  // Stays open for the last words; the arguments' memory is given back.
  const Descriptor file = std::move(descriptors.front());
  descriptors.erase(descriptors.begin());
  const std::string bytes = read_memory_file(file);
  ::fallocate(file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes.size()));
  leave_in_file(file.get(), bytes.size());
  end_child(run_payload(bytes, descriptors));
}

[[noreturn]] void run_role(int argc, char** argv) {
  // The kernel took the name from /proc/self/exe.
  ::prctl(PR_SET_NAME, program_invocation_short_name);
  try {
    std::vector<Descriptor> descriptors = inherited_descriptors(argc, argv);
    if (std::strcmp(argv[2], kForkServerRole) == 0) run_fork_server(std::move(descriptors.at(0)), std::move(descriptors.at(1)));
    if (std::strcmp(argv[2], kTrackerRole) == 0) run_tracker(descriptors.at(0).release());
    run_spawned(std::move(descriptors));
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "proberen: cannot begin a child: %s\n", exception.what());
    end_child(1);
  }
}

}  // namespace

bool is_initialized() noexcept { return initialized; }

}  // namespace detail

void initialize(int argc, char** argv) {
  detail::initialized = true;
  detail::ensure_token();
  if (argc > 3 && std::strcmp(argv[1], detail::kChildMarker) == 0) detail::run_role(argc, argv);
}

}  // namespace proberen::ipc
