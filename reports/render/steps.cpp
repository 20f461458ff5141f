#include <fmt/format.h>

#include <algorithm>

#include "proberen/render.hpp"
#include "reports/render/lanes.hpp"
#include "reports/render/text.hpp"

namespace proberen {
namespace {

using namespace render;

constexpr std::size_t kNarrowest = 30;
constexpr std::size_t kWidest = 90;

std::string words_of(const Event& event) {
  const std::string outcome = outcome_of(event, false);
  return clean(event.text) + (outcome.empty() || outcome == "pending" ? "" : " " + outcome);
}

std::string filled(std::string text, std::size_t width) {
  text.append(width - std::min(width, columns(text)), ' ');
  return text;
}

}  // namespace

std::vector<std::string> render::steps_as_text(const std::vector<Event>& events, bool with_folders, std::size_t most_events) {
  std::vector<const Event*> steps;
  for (const Event& event : events) steps.push_back(&event);
  std::stable_sort(steps.begin(), steps.end(), [](const Event* a, const Event* b) { return a->begin < b->begin; });
  std::size_t widest = kNarrowest;
  std::size_t widest_lane = 0;
  for (const Event* step : steps) {
    widest = std::max(widest, std::min(kWidest, columns(words_of(*step))));
    widest_lane = std::max(widest_lane, columns(lane_name(step->thread)));
  }
  const std::size_t digits = std::to_string(steps.size()).size();
  std::vector<std::string> lines;
  const std::size_t first = steps.size() - std::min(steps.size(), most_events);
  if (first > 0) lines.push_back("the first " + number(first) + " of " + number(steps.size()) + " steps are left out");
  for (std::size_t i = first; i < steps.size(); ++i) {
    const std::string& location = steps[i]->location;
    std::string line = fmt::format("{:>{}}  {}  {}  {}", i + 1, digits, filled(lane_name(steps[i]->thread), widest_lane),
                                   filled(words_of(*steps[i]), widest), clean(with_folders ? location : without_folder(location)));
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string render_steps(const Failure& failure) {
  std::string text;
  for (const std::string& line : steps_as_text(failure.interleaving, true, failure.interleaving.size())) text += line + "\n";
  return text;
}

}  // namespace proberen
