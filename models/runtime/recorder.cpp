#include "models/runtime/recorder.hpp"

#include <unwind.h>

#include <array>

#include "models/runtime/session.hpp"
#include "models/runtime/site.hpp"

namespace proberen::runtime {

bool recording = false;

namespace {

constexpr std::size_t kMostFrames = 24;
constexpr std::size_t kMostCalls = std::size_t{1} << 16;  ///< of a thread

std::array<std::vector<Chain>, explore::kMaxThreads> calls;

_Unwind_Reason_Code note(_Unwind_Context* context, void* argument) {
  auto& chain = *static_cast<Chain*>(argument);
  const explore::Site address = _Unwind_GetIP(context);
  if (in_program(address)) chain.push_back(address);
  return chain.size() < kMostFrames ? _URC_NO_REASON : _URC_END_OF_STACK;
}

}  // namespace

void recorder_start() {
  for (auto& of_thread : calls) of_thread.clear();
  recording = attention = true;
}

void recorder_stop() {
  recording = false;
  attention = races_explored;
}

void record_call() {
  auto& mine = calls[static_cast<std::size_t>(current->id)];
  if (mine.size() == kMostCalls) return;
  Chain chain;
  _Unwind_Backtrace(note, &chain);
  mine.push_back(std::move(chain));
}

Ways recorded_ways(const explore::Failure& failure) {
  Ways ways;
  std::array<std::size_t, explore::kMaxThreads> next{};
  // A thread's steps are made by its calls in order; one call may make several steps, with one site.
  for (const explore::Step& step : failure.steps) {
    const auto thread = static_cast<std::size_t>(step.thread);
    const std::vector<Chain>& mine = calls[thread];
    std::size_t at = next[thread];
    const bool second_half = at > 0 && !mine[at - 1].empty() && mine[at - 1][0] == step.site && step.second_half;
    if (!second_half) {
      while (at < mine.size() && (mine[at].empty() || mine[at][0] != step.site)) ++at;
      if (at < mine.size()) next[thread] = at + 1;
    }
    const bool found = next[thread] > 0 && !mine[next[thread] - 1].empty() && mine[next[thread] - 1][0] == step.site;
    ways.steps.push_back(found ? mine[next[thread] - 1] : Chain{});
  }
  for (const explore::Place& place : failure.places) {
    Chain way;
    if (place.thread >= 0) {
      for (const Chain& chain : calls[static_cast<std::size_t>(place.thread)]) {
        if (!chain.empty() && chain[0] == place.site) way = chain;  // the last one
      }
    }
    ways.places.push_back(std::move(way));
  }
  return ways;
}

}  // namespace proberen::runtime
