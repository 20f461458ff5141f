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

std::string render_steps(const Failure& failure) {
  std::vector<const Event*> steps;
  for (const Event& event : failure.interleaving) steps.push_back(&event);
  std::stable_sort(steps.begin(), steps.end(), [](const Event* a, const Event* b) { return a->begin < b->begin; });
  std::size_t widest = kNarrowest;
  std::size_t widest_lane = 0;
  for (const Event* step : steps) {
    widest = std::max(widest, std::min(kWidest, columns(words_of(*step))));
    widest_lane = std::max(widest_lane, columns(lane_name(step->thread)));
  }
  const std::size_t digits = std::to_string(steps.size()).size();
  std::string text;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    std::string line = fmt::format("{:>{}}  {}  {}  {}", i + 1, digits, filled(lane_name(steps[i]->thread), widest_lane),
                                   filled(words_of(*steps[i]), widest), clean(steps[i]->location));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace proberen
