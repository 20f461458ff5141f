/// Lanes: events of a history or an interleaving laid out for people, one lane for each thread, time downwards.
#pragma once

#include <string>
#include <vector>

#include "proberen/record.hpp"

namespace proberen::render {

struct Block {
  const Event* event = nullptr;
  std::size_t lane = 0;
  std::size_t first_row = 0;
  std::size_t last_row = 0;  ///< two calls overlapped in time if, and only if, their rows do
};

struct Lanes {
  std::vector<int> threads;  ///< of each lane; a thread has a second lane only if its own events overlap
  std::size_t rows = 0;
  std::vector<Block> blocks;          ///< by first row, then lane
  std::vector<std::string> left_out;  ///< a line for each thing that is not shown
  bool explained = false;             ///< some event has a place in a partial linearization
};

/// The last `most_events` of the events: where a failure shows is at the end.
[[nodiscard]] Lanes lay_out(const std::vector<Event>& events, std::size_t most_events = 100);

/// `thread 0`, and `before` for what came before the threads.
[[nodiscard]] std::string lane_name(int thread);

/// What an event ended with: `→ 2 [3]`, `pending [–]`.
[[nodiscard]] std::string outcome_of(const Event& event, bool explained);

/// What the `[3]` mean.
inline constexpr const char* kPlaceLegend = "[n]: place in the longest order of the calls that the spec allows; [–]: in none";

/// `folder/file.cpp:3` is `file.cpp:3`.
[[nodiscard]] std::string without_folder(const std::string& location);

/// Columns that lanes_as_text needs to cut nothing.
[[nodiscard]] std::size_t lanes_width(const Lanes& lanes);

/// Lines of at most `width` columns.
[[nodiscard]] std::vector<std::string> lanes_as_text(const Lanes& lanes, std::size_t width);

/// One line for each event, for when lanes would be cut; the last `most_events`.
[[nodiscard]] std::vector<std::string> steps_as_text(const std::vector<Event>& events, bool with_folders, std::size_t most_events);

}  // namespace proberen::render
