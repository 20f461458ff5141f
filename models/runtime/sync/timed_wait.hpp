/// TimedWait: a wait whose time is over in another execution, while it lives. For those that choose first whether it is.
#pragma once

#include "models/runtime/session.hpp"

namespace proberen::runtime {

class TimedWait {
 public:
  TimedWait() { engine().set_timed(true); }
  ~TimedWait() { engine().set_timed(false); }
  TimedWait(const TimedWait&) = delete;
  TimedWait& operator=(const TimedWait&) = delete;
};

}  // namespace proberen::runtime
