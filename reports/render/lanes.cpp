#include "reports/render/lanes.hpp"

#include <algorithm>
#include <map>

#include "reports/render/text.hpp"

namespace proberen::render {
namespace {

constexpr std::size_t kMostLanes = 12;
constexpr std::size_t kGap = 2;  ///< columns between lanes

std::vector<const Event*> shown(const std::vector<Event>& events, std::size_t most, Lanes& lanes) {
  std::vector<const Event*> all;
  all.reserve(events.size());
  for (const Event& event : events) all.push_back(&event);
  std::stable_sort(all.begin(), all.end(), [](const Event* a, const Event* b) { return a->begin < b->begin; });
  if (all.size() > most) {
    lanes.left_out.push_back("the first " + number(all.size() - most) + " of " + number(all.size()) + " events are left out");
    all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(most));
  }
  return all;
}

/// A row for each position at which something began. A call reaches down to the last of them that came before its end.
void place_rows(const std::vector<const Event*>& events, Lanes& lanes) {
  std::vector<std::uint64_t> begins;
  for (const Event* event : events) {
    if (begins.empty() || begins.back() != event->begin) begins.push_back(event->begin);
  }
  lanes.rows = begins.size();
  const auto row_before = [&](std::uint64_t position) {
    return static_cast<std::size_t>(std::lower_bound(begins.begin(), begins.end(), position) - begins.begin());
  };
  for (const Event* event : events) {
    const std::size_t first = row_before(event->begin);
    const std::size_t past = event->end == 0 ? begins.size() : row_before(event->end);
    lanes.blocks.push_back({event, 0, first, std::max(first + 1, past) - 1});
  }
}

/// Each thread's events into its own lanes, the first that is free.
void place_lanes(Lanes& lanes) {
  std::map<int, std::vector<std::size_t>> free_from;  // per thread and lane of it: the first free row
  std::vector<std::size_t> lane_of_thread;
  for (Block& block : lanes.blocks) {
    std::vector<std::size_t>& own = free_from[block.event->thread];
    const auto found = std::find_if(own.begin(), own.end(), [&](std::size_t row) { return row <= block.first_row; });
    lane_of_thread.push_back(static_cast<std::size_t>(found - own.begin()));
    if (found == own.end()) {
      own.push_back(block.last_row + 1);
    } else {
      *found = block.last_row + 1;
    }
  }
  std::map<int, std::size_t> first_lane;
  for (const auto& [thread, own] : free_from) {
    first_lane[thread] = lanes.threads.size();
    lanes.threads.insert(lanes.threads.end(), own.size(), thread);
  }
  for (std::size_t i = 0; i < lanes.blocks.size(); ++i)
    lanes.blocks[i].lane = first_lane[lanes.blocks[i].event->thread] + lane_of_thread[i];
}

void leave_out_lanes(Lanes& lanes) {
  if (lanes.threads.size() <= kMostLanes) return;
  lanes.left_out.push_back(plural(lanes.threads.size() - kMostLanes, "lane is", "lanes are") + " left out");
  lanes.threads.resize(kMostLanes);
  std::erase_if(lanes.blocks, [](const Block& block) { return block.lane >= kMostLanes; });
}

/// What a lane shows in each row.
std::vector<std::vector<std::string>> grid_of(const Lanes& lanes) {
  std::vector<std::vector<std::string>> grid(lanes.rows, std::vector<std::string>(lanes.threads.size()));
  for (const Block& block : lanes.blocks) {
    const Event& event = *block.event;
    const std::string text = clean(event.text, 120);
    const std::string outcome = outcome_of(event, lanes.explained);
    const std::string place = event.location.empty() ? "" : "  " + clean(without_folder(event.location), 120);
    if (block.first_row == block.last_row) {
      grid[block.first_row][block.lane] = text + (outcome.empty() ? "" : " " + outcome) + place;
      continue;
    }
    grid[block.first_row][block.lane] = "┌ " + text + place;
    for (std::size_t row = block.first_row + 1; row < block.last_row; ++row) grid[row][block.lane] = "│";
    grid[block.last_row][block.lane] = (event.end == 0 ? "┊ " : "└ ") + outcome;
  }
  return grid;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

Lanes lay_out(const std::vector<Event>& events, std::size_t most_events) {
  Lanes lanes;
  lanes.explained = std::any_of(events.begin(), events.end(), [](const Event& event) { return event.linearized > 0; });
  place_rows(shown(events, most_events, lanes), lanes);
  place_lanes(lanes);
  leave_out_lanes(lanes);
  std::stable_sort(lanes.blocks.begin(), lanes.blocks.end(),
                   [](const Block& a, const Block& b) { return std::pair(a.first_row, a.lane) < std::pair(b.first_row, b.lane); });
  return lanes;
}

std::string lane_name(int thread) { return thread < 0 ? "before" : "thread " + std::to_string(thread); }

std::string outcome_of(const Event& event, bool explained) {
  std::string outcome = event.end == 0 ? "pending" : "";
  if (!event.result.empty()) outcome = "→ " + clean(event.result, 120);
  if (explained) {
    if (!outcome.empty()) outcome += ' ';
    outcome += event.linearized > 0 ? "[" + std::to_string(event.linearized) + "]" : "[–]";
  }
  return outcome;
}

std::string without_folder(const std::string& location) { return location.substr(location.rfind('/') + 1); }

std::size_t lanes_width(const Lanes& lanes) {
  const std::vector<std::vector<std::string>> grid = grid_of(lanes);
  std::size_t total = 0;
  for (std::size_t lane = 0; lane < lanes.threads.size(); ++lane) {
    std::size_t needed = columns(lane_name(lanes.threads[lane]));
    for (const auto& row : grid) needed = std::max(needed, columns(row[lane]));
    total += needed + (lane > 0 ? kGap : 0);
  }
  return total;
}

std::vector<std::string> lanes_as_text(const Lanes& lanes, std::size_t width) {
  if (lanes.threads.empty()) return {};
  const std::vector<std::vector<std::string>> grid = grid_of(lanes);
  const std::size_t count = lanes.threads.size();
  const std::size_t most = std::max<std::size_t>(width / count, kGap + 6) - kGap;
  std::vector<std::size_t> widths;
  for (std::size_t lane = 0; lane < count; ++lane) {
    std::size_t needed = columns(lane_name(lanes.threads[lane]));
    for (const auto& row : grid) needed = std::max(needed, columns(row[lane]));
    widths.push_back(needed);
  }
  std::size_t total = kGap * (count - 1);
  for (const std::size_t wide : widths) total += wide;
  if (total > width) {
    for (std::size_t& wide : widths) wide = std::min(wide, most);
  }
  std::vector<std::string> lines(1 + lanes.rows);
  for (std::size_t lane = 0; lane < count; ++lane) {
    lines[0] += fit(lane_name(lanes.threads[lane]), widths[lane]).append(kGap, ' ');
    for (std::size_t row = 0; row < lanes.rows; ++row) lines[row + 1] += fit(grid[row][lane], widths[lane]).append(kGap, ' ');
  }
  for (std::string& line : lines) line = trimmed(std::move(line));
  lines.insert(lines.end(), lanes.left_out.begin(), lanes.left_out.end());
  if (lanes.explained) lines.emplace_back(kPlaceLegend);
  return lines;
}

}  // namespace proberen::render
