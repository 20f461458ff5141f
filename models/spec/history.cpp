#include "proberen/history.hpp"

#include <algorithm>
#include <stdexcept>

namespace proberen {

bool History::pending() const {
  return std::any_of(entries.begin(), entries.end(), [](const HistoryEntry& entry) { return !entry.result; });
}

bool History::crashed(int thread) const {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const HistoryEntry& entry) { return entry.thread == thread && entry.call.operation == kCrash; });
}

void History::order_by_position() {
  if (entries.size() > kHistoryLimit) throw std::invalid_argument("a history has at most 64 calls");
  std::stable_sort(entries.begin(), entries.end(),
                   [](const HistoryEntry& left, const HistoryEntry& right) { return left.invoked < right.invoked; });
  for (HistoryEntry& later : entries) {
    later.predecessors = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].result && entries[i].responded < later.invoked) later.predecessors |= std::uint64_t{1} << i;
    }
  }
}

std::string History::text() const {
  std::string text;
  for (const HistoryEntry& entry : entries) {
    text += entry.thread < 0 ? "before  " : "thread " + std::to_string(entry.thread);
    text += "  " + entry.call.text();
    text += entry.result ? " -> " + entry.result->text()
                         : std::string(crashed(entry.thread) ? " (died in it)"
                                       : stuck               ? " (blocked for ever)"
                                                             : " (pending)");
    text += "  [" + std::to_string(entry.invoked) + ", " + (entry.result ? std::to_string(entry.responded) : "") + "]\n";
  }
  return text;
}

}  // namespace proberen
