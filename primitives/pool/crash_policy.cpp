#include "proberen/ipc/detail/request.hpp"

namespace proberen::ipc::detail {

void CrashPolicy::settle(RequestPointer running, std::vector<RequestPointer> waiting, const std::exception_ptr& death,
                         std::vector<RequestPointer>& again, std::vector<Outcome>& outcomes) const {
  if (running && running->retries > 0) {
    --running->retries;
    again.push_back(std::move(running));
  } else if (running) {
    outcomes.push_back({std::move(running), {}, death});
  }
  for (RequestPointer& request : waiting) again.push_back(std::move(request));
}

}  // namespace proberen::ipc::detail
