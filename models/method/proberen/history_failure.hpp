/// From a history that the spec does not allow to the failure of a record.
#pragma once

#include <vector>

#include "proberen/history.hpp"
#include "proberen/linearizability.hpp"
#include "proberen/record.hpp"

namespace proberen {

/// The calls as events, with the place of each in the linearization.
[[nodiscard]] std::vector<Event> history_events(const History& history, const Linearization& linearization);

/// `lost-wake-up` when calls stay blocked that could go on, else `not-linearizable`; message and history filled in.
[[nodiscard]] Failure history_failure(const History& history, const Linearization& linearization);

}  // namespace proberen
