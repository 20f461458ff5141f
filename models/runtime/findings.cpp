#include "models/runtime/findings.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace proberen::runtime {
namespace {

using explore::Counts;
using explore::Failure;
using explore::Place;
using explore::Step;

/// Writes numbers as `12 ` and strings as `3 abc`.
class Writer {
 public:
  static constexpr bool kReads = false;
  template <class Number>
  void number(const Number& value) {
    text += std::to_string(static_cast<std::uint64_t>(value)) + " ";
  }
  void string(const std::string& value) {
    number(value.size());
    text += value;
  }
  std::string text;
};

class Reader {
 public:
  static constexpr bool kReads = true;
  explicit Reader(const std::string& text) : at_(text.data()), end_(text.data() + text.size()) {}
  template <class Number>
  void number(Number& value) {
    std::uint64_t read = 0;
    const auto [next, error] = std::from_chars(at_, end_, read);
    if (error != std::errc{} || next == end_ || *next != ' ') refuse();
    at_ = next + 1;
    value = static_cast<Number>(read);
  }
  void string(std::string& value) {
    std::size_t size = 0;
    number(size);
    if (static_cast<std::size_t>(end_ - at_) < size) refuse();
    value.assign(at_, size);
    at_ += size;
  }
  void expect_end() const {
    if (at_ != end_) refuse();
  }

 private:
  [[noreturn]] static void refuse() { throw std::runtime_error("what a process of the search has found cannot be read"); }
  const char* at_;
  const char* end_;
};

// Each of these walks over the members of its type: the same order for both directions.

template <class Stream, class List, class Each>
void walk_list(Stream& stream, List& list, const Each& each) {
  std::size_t size = list.size();
  stream.number(size);
  if constexpr (Stream::kReads) list.resize(size);
  for (auto& entry : list) each(entry);
}

template <class Stream, class Count>
void walk_counts(Stream& stream, Count& counts) {
  for (auto* count : {&counts.executions, &counts.stuck, &counts.blocked, &counts.failed, &counts.events, &counts.distinct,
                      &counts.seen_once, &counts.compared, &counts.longest}) {
    stream.number(*count);
  }
}

template <class Stream, class ThePlace>
void walk_place(Stream& stream, ThePlace& place) {
  stream.number(place.thread);
  stream.number(place.site);
  stream.string(place.what);
}

/// `each` walks over what is in it, if anything is.
template <class Stream, class Optional, class Each>
void walk_optional(Stream& stream, Optional& optional, const Each& each) {
  bool present = optional.has_value();
  stream.number(present);
  if constexpr (Stream::kReads) {
    if (present) optional.emplace();
  }
  if (present) each(*optional);
}

template <class Stream, class TheFailure>
void walk_failure(Stream& stream, TheFailure& failure) {
  stream.number(failure.kind);
  stream.string(failure.message);
  stream.string(failure.witness);
  walk_list(stream, failure.places, [&](auto& place) { walk_place(stream, place); });
  walk_list(stream, failure.steps, [&](auto& step) {
    stream.number(step.thread);
    stream.number(step.index);
    stream.string(step.text);
    stream.string(step.reads_from);
    stream.number(step.site);
  });
}

template <class Stream, class Part>
void walk(Stream& stream, Part& findings) {
  walk_counts(stream, findings.counts);
  stream.number(findings.complete);
  stream.number(findings.left_out);
  stream.number(findings.barriers);
  stream.number(findings.clean_stacks);
  stream.number(findings.spurious);
  stream.number(findings.unknown_strength);
  walk_optional(stream, findings.left_at, [&](auto& place) { walk_place(stream, place); });
  walk_optional(stream, findings.failure, [&](auto& failure) { walk_failure(stream, failure); });
  stream.string(findings.presuppositions);
}

}  // namespace

void Findings::add(const Findings& part) {
  counts.executions += part.counts.executions;
  counts.stuck += part.counts.stuck;
  counts.blocked += part.counts.blocked;
  counts.failed += part.counts.failed;
  counts.events += part.counts.events;
  counts.longest = std::max(counts.longest, part.counts.longest);
  complete = complete && part.complete;
  left_out = left_out || part.left_out;
  barriers = barriers || part.barriers;
  clean_stacks = clean_stacks || part.clean_stacks;
  spurious = spurious || part.spurious;
  unknown_strength = unknown_strength || part.unknown_strength;
  if (!left_at) left_at = part.left_at;
  if (!failure) failure = part.failure;
  outcomes.add(part.outcomes);
  if (presuppositions.empty()) presuppositions = part.presuppositions;
}

std::string to_text(const Findings& findings) {
  Writer writer;
  walk(writer, findings);
  writer.number(findings.outcomes.counts().size());
  for (const auto& [outcome, count] : findings.outcomes.counts()) {
    writer.string(outcome);
    writer.number(count);
  }
  writer.number(findings.outcomes.declared().size());
  for (const auto& [outcome, kind] : findings.outcomes.declared()) {
    writer.string(outcome);
    writer.number(kind);
  }
  return writer.text;
}

Findings findings_of(const std::string& text) {
  Findings findings;
  Reader reader(text);
  walk(reader, findings);
  std::size_t size = 0;
  std::string outcome;
  for (reader.number(size); size > 0; --size) {
    std::uint64_t count = 0;
    reader.string(outcome);
    reader.number(count);
    findings.outcomes.add(outcome, count);
  }
  for (reader.number(size); size > 0; --size) {
    Outcomes::Kind kind{};
    reader.string(outcome);
    reader.number(kind);
    findings.outcomes.declare(kind, outcome.c_str());
  }
  reader.expect_end();
  return findings;
}

}  // namespace proberen::runtime
