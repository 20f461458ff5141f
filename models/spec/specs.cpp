#include <algorithm>
#include <functional>

#include "proberen/spec/counter.hpp"
#include "proberen/spec/fifo.hpp"
#include "proberen/spec/handout.hpp"
#include "proberen/spec/lifo.hpp"
#include "proberen/spec/message_queue.hpp"
#include "proberen/spec/mutex.hpp"
#include "proberen/spec/priority.hpp"
#include "proberen/spec/promise.hpp"
#include "proberen/spec/robust_mutex.hpp"
#include "proberen/spec/semaphore.hpp"
#include "proberen/spec/tasks.hpp"
#include "proberen/spec/thread_local.hpp"

namespace proberen::spec {
namespace {

/// Operations that give up rather than wait.
bool gives_up(const std::string& operation) { return operation.starts_with("try_") || operation.ends_with("_for"); }

/// What a queue does whose next item `next(items)` points to.
template <class Queue, class Next>
std::vector<Step<Queue>> queue_step(const Queue& queue, const Call& call, Next next_item) {
  const std::string& operation = call.operation;
  const bool timed = operation.ends_with("_for");
  Queue next = queue;
  if (operation == "close") {
    next.closed = true;
    return {{Value(), next}};
  }
  if (operation == "size") return {{queue.items.size(), queue}};
  if (operation == "join") return queue.unfinished == 0 ? std::vector<Step<Queue>>{{Value(), queue}} : std::vector<Step<Queue>>{};
  if (operation == "task_done") {
    if (queue.unfinished == 0) return {{"refused", queue}};
    --next.unfinished;
    return {{"ok", next}};
  }
  if (operation.find("put") != std::string::npos) {
    if (queue.closed) return {{"closed", queue}, {false, queue}};
    if (queue.capacity > 0 && queue.items.size() >= queue.capacity) {
      if (!gives_up(operation)) return {};
      return {{timed ? "timeout" : "full", queue}, {false, queue}};
    }
    next.items.push_back(call.arguments.empty() ? Value() : call.arguments.front());
    ++next.unfinished;
    std::vector<Step<Queue>> steps{{"ok", next}, {true, next}};
    if (!gives_up(operation)) steps.push_back({Value(), next});  // a put that cannot fail has nothing to say
    return steps;
  }
  if (queue.items.empty()) {
    if (queue.closed) return {{"closed", queue}, {Value(), queue}};
    if (!gives_up(operation)) return {};
    return {{timed ? "timeout" : "empty", queue}, {Value(), queue}};
  }
  const auto taken = next_item(next.items);
  const Value item = *taken;
  next.items.erase(taken);
  return {{item, next}};
}

template <class Queue>
std::string queue_key(const Queue& queue) {
  std::string text = queue.closed ? "closed" : "open";
  text += std::to_string(queue.unfinished);
  for (const Value& item : queue.items) text += ' ' + item.text();
  return text;
}

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

std::vector<Step<RobustMutex>> RobustMutex::step(const Call& call, int thread) const {
  const std::string& operation = call.operation;
  RobustMutex next = *this;
  const bool mine = owner == thread;
  if (operation == "crash") return {{Value(), mine ? RobustMutex{std::nullopt, true, false, given_up} : *this}};
  if (operation == "release" || operation == "die") {
    if (!mine) return {{"not_held", *this}};
    const bool dies = operation == "die";
    next = {std::nullopt, dies, false, given_up || (torn && !dies)};
    return {{"ok", next}};
  }
  if (operation == "mark_consistent" || operation == "mark_unrecoverable") {
    if (!mine) return {{"not_held", *this}};
    if (!torn) return {{"not_torn", *this}};
    next.torn = false;
    if (operation == "mark_unrecoverable") next = {std::nullopt, false, false, true};
    return {{"ok", next}};
  }
  if (mine) return {{"would_deadlock", *this}};
  if (given_up) return {{"not_recoverable", *this}};
  if (!owner) {
    next = {thread, false, owner_died, false};
    return {{owner_died ? "owner_died" : "acquired", next}};
  }
  if (!gives_up(operation)) return {};
  return {{operation == "acquire_for" ? "timeout" : "busy", *this}};
}

std::string RobustMutex::key() const {
  std::string text = owner ? "held by " + std::to_string(*owner) : "free";
  if (owner_died) text += ", died";
  if (torn) text += ", torn";
  return given_up ? text + ", given up" : text;
}

std::vector<Step<RecursiveRobustMutex>> RecursiveRobustMutex::step(const Call& call, int thread) const {
  const std::string& operation = call.operation;
  const bool mine = lock.owner == thread;
  if (mine && operation.find("acquire") != std::string::npos) return {{"acquired", RecursiveRobustMutex{lock, depth + 1}}};
  if (mine && operation == "release" && depth > 1) return {{"ok", RecursiveRobustMutex{lock, depth - 1}}};
  std::vector<Step<RecursiveRobustMutex>> steps;
  for (const Step<RobustMutex>& once : lock.step(call, thread)) {
    steps.push_back({once.result, RecursiveRobustMutex{once.next, once.next.owner == lock.owner ? depth : 1}});
  }
  return steps;
}

std::vector<Step<Fifo>> Fifo::step(const Call& call, int) const {
  return queue_step(*this, call, [](auto& list) { return list.begin(); });
}
std::string Fifo::key() const { return queue_key(*this); }

std::vector<Step<Lifo>> Lifo::step(const Call& call, int) const {
  return queue_step(*this, call, [](auto& list) { return list.end() - 1; });
}
std::string Lifo::key() const { return queue_key(*this); }

std::vector<Step<Priority>> Priority::step(const Call& call, int) const {
  return queue_step(*this, call, [](auto& list) { return std::min_element(list.begin(), list.end()); });
}
std::string Priority::key() const { return queue_key(*this); }

std::vector<Step<MessageQueue>> MessageQueue::step(const Call& call, int thread) const {
  std::vector<Step<MessageQueue>> steps;
  for (const Step<Fifo>& as_fifo : messages.step(call, thread)) {
    MessageQueue next{as_fifo.next, priorities};
    std::vector<Value>& items = next.messages.items;
    if (items.size() > priorities.size()) {
      const std::int64_t* const given = call.arguments.size() < 2 ? nullptr : call.arguments[1].as_number();
      const std::int64_t priority = given != nullptr ? *given : 0;
      const auto behind = std::upper_bound(next.priorities.begin(), next.priorities.end(), priority, std::greater<>());
      std::rotate(items.begin() + (behind - next.priorities.begin()), items.end() - 1, items.end());
      next.priorities.insert(behind, priority);
    } else if (items.size() < priorities.size()) {
      next.priorities.erase(next.priorities.begin());
    }
    steps.push_back({as_fifo.result, next});
  }
  return steps;
}

std::string MessageQueue::key() const {
  std::string text = messages.key();
  for (const std::int64_t priority : priorities) text += ' ' + std::to_string(priority);
  return text;
}

std::vector<Step<Promise>> Promise::step(const Call& call, int) const {
  if (call.operation == "complete") {
    if (result) return {{"refused", *this}};
    return {{"ok", Promise{call.arguments.empty() ? Value() : call.arguments.front()}}};
  }
  if (call.operation == "ready") return {{result.has_value(), *this}};
  if (call.operation == "attach") return {{Value(), *this}};
  if (result) return {{*result, *this}};
  return gives_up(call.operation) ? std::vector<Step<Promise>>{{Value(), *this}} : std::vector<Step<Promise>>{};
}

std::vector<Step<Handout>> Handout::step(const Call& call, int) const {
  Handout next = *this;
  if (call.operation == "put") {
    if (capacity != 0 && items.size() >= capacity) return {};
    next.items.push_back(call.arguments.empty() ? Value() : call.arguments.front());
    return {{Value(), next}};
  }
  if (items.empty()) return call.operation == "get" ? std::vector<Step<Handout>>{} : std::vector<Step<Handout>>{{Value(), *this}};
  const bool last = call.operation == "withdraw";
  const Value item = last ? items.back() : items.front();
  next.items.erase(last ? next.items.end() - 1 : next.items.begin());
  return {{item, next}};
}

std::string Handout::key() const {
  std::string text;
  for (const Value& item : items) text += item.text() + ' ';
  return text;
}

std::vector<Step<Tasks>> Tasks::step(const Call& call, int) const {
  Tasks next = *this;
  if (call.operation == "end") return {{Value(), Tasks{{}, closed, true}}};
  if (call.operation == "close") {
    next.closed = true;
    return {{Value(), next}};
  }
  if (call.operation == "submit") {
    if (ended || closed) return {{ended ? "ended" : "closed", *this}};
    next.waiting.push_back(call.arguments.empty() ? Value() : call.arguments.front());
    return {{"ok", next}};
  }
  std::vector<Step<Tasks>> steps;
  while (!next.waiting.empty()) {
    const Value task = next.waiting.front();
    next.waiting.erase(next.waiting.begin());
    steps.push_back({task, next});
  }
  if (ended || closed) steps.push_back({Value(), next});
  return steps;
}

std::string Tasks::key() const {
  std::string text = ended ? "ended" : closed ? "closed" : "open";
  for (const Value& task : waiting) text += ' ' + task.text();
  return text;
}

std::vector<Step<ThreadLocal>> ThreadLocal::step(const Call& call, int thread) const {
  const std::string& operation = call.operation;
  const auto found = values.find(thread);
  const bool user = found != values.end();
  const Value mine = user ? found->second : Value();
  if (operation == "begin" || operation == "end") {
    std::vector<Step<ThreadLocal>> steps{{"in_use", *this}};
    if (operation == "begin" && ended) steps.push_back({"ok", ThreadLocal()});
    if (operation == "end" && ended) steps.push_back({"ended", *this});
    if (operation == "end" && !ended && values.empty()) steps.push_back({"ok", ThreadLocal{true, {}}});
    return steps;
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
