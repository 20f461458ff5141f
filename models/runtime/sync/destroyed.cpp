#include "models/runtime/sync/destroyed.hpp"

namespace proberen::runtime {

void complain_of_destroyed(const char* kind, const void* object, const char* use, Site site) {
  fail(FailureKind::kLockMisuse, std::string(use) + " of what has been destroyed: " + std::string(waiting_for(kind, object)), site, use);
}

}  // namespace proberen::runtime
