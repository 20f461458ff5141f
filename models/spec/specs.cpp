#include <algorithm>

#include "proberen/spec/counter.hpp"
#include "proberen/spec/fifo.hpp"
#include "proberen/spec/mutex.hpp"
#include "proberen/spec/semaphore.hpp"
#include "proberen/spec/thread_local.hpp"

namespace proberen::spec {
namespace {

/// Operations that give up rather than wait.
bool gives_up(const std::string& operation) { return operation.starts_with("try_") || operation.ends_with("_for"); }

}  // namespace

std::vector<Step<Mutex>> Mutex::step(const Call& call, int) const {
  if (call.operation == "release") return {{held ? "ok" : "not_held", Mutex{false}}};
  if (call.operation == "locked") return {{held, *this}};
  if (!gives_up(call.operation)) return held ? std::vector<Step<Mutex>>{} : std::vector<Step<Mutex>>{{Value(), Mutex{true}}};
  return {{!held, Mutex{true}}};
}

std::vector<Step<RecursiveMutex>> RecursiveMutex::step(const Call& call, int thread) const {
  const bool mine = depth > 0 && owner == thread;
  if (call.operation == "release") {
    return mine ? std::vector<Step<RecursiveMutex>>{{"ok", RecursiveMutex{depth - 1, owner}}}
                : std::vector<Step<RecursiveMutex>>{{"not_held", *this}};
  }
  if (call.operation == "locked") return {{depth > 0, *this}};
  if (depth > 0 && !mine)
    return gives_up(call.operation) ? std::vector<Step<RecursiveMutex>>{{false, *this}} : std::vector<Step<RecursiveMutex>>{};
  return {{gives_up(call.operation) ? Value(true) : Value(), RecursiveMutex{depth + 1, thread}}};
}

std::vector<Step<Semaphore>> Semaphore::step(const Call& call, int) const {
  if (call.operation == "value") return {{value, *this}};
  if (call.operation == "release") {
    const std::int64_t* const units = call.arguments.empty() ? nullptr : call.arguments.front().as_number();
    const std::int64_t count = units != nullptr ? *units : 1;
    if (count < 1 || count > limit - value) return {{"refused", *this}};
    return {{"ok", Semaphore{value + count, limit}}};
  }
  if (value > 0) return {{gives_up(call.operation) ? Value(true) : Value(), Semaphore{value - 1, limit}}};
  return gives_up(call.operation) ? std::vector<Step<Semaphore>>{{false, *this}} : std::vector<Step<Semaphore>>{};
}

std::vector<Step<Counter>> Counter::step(const Call& call, int) const {
  if (call.operation == "read") return {{count, *this}};
  std::vector<Step<Counter>> steps{{count + 1, Counter{count + 1}}};
  if (gives_up(call.operation)) steps.push_back({Value(), *this});
  return steps;
}

std::vector<Step<Fifo>> Fifo::step(const Call& call, int) const {
  const std::string& operation = call.operation;
  const bool timed = operation.ends_with("_for");
  if (operation == "close") {
    Fifo next = *this;
    next.closed = true;
    return {{Value(), next}};
  }
  if (operation == "size") return {{items.size(), *this}};
  if (operation == "join") return unfinished == 0 ? std::vector<Step<Fifo>>{{Value(), *this}} : std::vector<Step<Fifo>>{};
  if (operation == "task_done") {
    if (unfinished == 0) return {{"refused", *this}};
    Fifo next = *this;
    --next.unfinished;
    return {{"ok", next}};
  }
  if (operation.find("put") != std::string::npos) {
    if (closed) return {{"closed", *this}, {false, *this}};
    if (capacity > 0 && items.size() >= capacity) {
      if (!gives_up(operation)) return {};
      return {{timed ? "timeout" : "full", *this}, {false, *this}};
    }
    Fifo next = *this;
    next.items.push_back(call.arguments.empty() ? Value() : call.arguments.front());
    ++next.unfinished;
    std::vector<Step<Fifo>> steps{{"ok", next}, {true, next}};
    if (!gives_up(operation)) steps.push_back({Value(), next});  // a put that cannot fail has nothing to say
    return steps;
  }
  if (items.empty()) {
    if (closed) return {{"closed", *this}, {Value(), *this}};
    if (!gives_up(operation)) return {};
    return {{timed ? "timeout" : "empty", *this}, {Value(), *this}};
  }
  Fifo next = *this;
  next.items.erase(next.items.begin());
  return {{items.front(), next}};
}

std::string Fifo::key() const {
  std::string text = closed ? "closed" : "open";
  text += std::to_string(unfinished);
  for (const Value& item : items) text += ' ' + item.text();
  return text;
}

std::vector<Step<ThreadLocal>> ThreadLocal::step(const Call& call, int thread) const {
  const std::string& operation = call.operation;
  const auto found = values.find(thread);
  const bool user = found != values.end();
  const Value mine = user ? found->second : Value();
  if (operation == "begin") return {ended ? Step<ThreadLocal>{"ok", ThreadLocal()} : Step<ThreadLocal>{"in_use", *this}};
  if (operation == "end") {
    if (ended) return {{"ended", *this}};
    if (!values.empty()) return {{"in_use", *this}};
    return {{"ok", ThreadLocal{true, {}}}};
  }
  if (operation == "sum") {
    if (!user) return {{"stranger", *this}};
    std::int64_t sum = 0;
    for (const auto& [owner, value] : values) sum += value.is_none() ? 0 : *value.as_number();
    return {{sum, *this}};
  }
  if (operation == "peek") return {{mine, *this}};
  ThreadLocal next = *this;
  if (operation == "exit") {
    next.values.erase(thread);
    return {{Value(), next}};
  }
  if (operation == "reset") {
    if (user) next.values[thread] = Value();
    return {{!mine.is_none(), next}};
  }
  if (ended) return {{"ended", *this}};
  if (mine.is_none()) next.values[thread] = call.arguments.front();
  return {{next.values[thread], next}};
}

std::string ThreadLocal::key() const {
  std::string text = ended ? "ended" : "alive";
  for (const auto& [thread, value] : values) text += ' ' + std::to_string(thread) + ':' + value.text();
  return text;
}

std::vector<Step<Indices>> Indices::step(const Call& call, int thread) const {
  Indices next = *this;
  std::vector<std::int64_t>& mine = next.claimed[thread];
  if (call.operation == "free") {
    if (mine.empty()) return {{false, *this}};
    mine.pop_back();
    return {{true, next}};
  }
  std::vector<Step<Indices>> steps;
  const auto taken = [this](std::int64_t index) {
    return std::any_of(claimed.begin(), claimed.end(), [index](const auto& thread_and_indices) {
      const auto& indices = thread_and_indices.second;
      return std::find(indices.begin(), indices.end(), index) != indices.end();
    });
  };
  constexpr std::int64_t kMost = 64;  // a history has no more calls
  for (std::int64_t index = 0; index < kMost; ++index) {
    if (taken(index)) continue;
    Indices claims = next;
    claims.claimed[thread].push_back(index);
    steps.push_back({index, claims});
  }
  return steps;
}

std::string Indices::key() const {
  std::string text;
  for (const auto& [thread, indices] : claimed) {
    for (const std::int64_t index : indices) text += std::to_string(thread) + ':' + std::to_string(index) + ' ';
  }
  return text;
}

}  // namespace proberen::spec
