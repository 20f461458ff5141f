#include "models/runtime/options.hpp"

#include "models/runtime/build_id.hpp"
#include "models/runtime/jobs.hpp"

#include <charconv>
#include <functional>
#include <sstream>
#include <stdexcept>

namespace proberen::runtime {
namespace {

using explore::MemoryModel;
using explore::Search;

[[noreturn]] void bad(const std::string& key, const std::string& value, const std::string& wanted) {
  throw std::invalid_argument("PROBEREN_EXPLORE: " + key + "=" + value + ": " + wanted + " is expected");
}

template <class Number>
Number number(const std::string& key, const std::string& value) {
  Number result{};
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (error != std::errc() || end != value.data() + value.size()) bad(key, value, "a number");
  return result;
}

int within(const std::string& key, const std::string& value, int given, int least, int most) {
  if (given < least || given > most) bad(key, value, "a number from " + std::to_string(least) + " to " + std::to_string(most));
  return given;
}

template <class T>
T word(const std::string& key, const std::string& value, const std::map<std::string, T>& words) {
  const auto found = words.find(value);
  if (found != words.end()) return found->second;
  std::string wanted;
  for (const auto& [name, meaning] : words) wanted += (wanted.empty() ? "" : "|") + name;
  bad(key, value, wanted);
}

// Tables are made when they are first asked for: a program that is not explored must not see the runtime allocate.
const std::map<std::string, Search>& searches() {
  static const std::map<std::string, Search> table{{"exhaustive", Search::kExhaustive},
                                                   {"random", Search::kRandom},
                                                   {"pct", Search::kPct},
                                                   {"pos", Search::kPos},
                                                   {"surw", Search::kSurw},
                                                   {"replay", Search::kReplay}};
  return table;
}
const std::map<std::string, bool>& flags() {
  static const std::map<std::string, bool> table{{"0", false}, {"1", true}};
  return table;
}

using Set = std::function<void(ProgramOptions&, const std::string& key, const std::string& value)>;
const std::map<std::string, Set>& setters() {
  static const std::map<std::string, Set> table{
      {"model",
       [](auto& o, auto& k, auto& v) {
         o.engine.model = word<MemoryModel>(k, v, {{"rc11", MemoryModel::kRc11}, {"sc", MemoryModel::kSc}});
       }},
      {"search", [](auto& o, auto& k, auto& v) { o.engine.search = word<Search>(k, v, searches()); }},
      {"seed", [](auto& o, auto& k, auto& v) { o.engine.seed = number<std::uint64_t>(k, v); }},
      {"executions", [](auto& o, auto& k, auto& v) { o.engine.max_executions = number<std::uint64_t>(k, v); }},
      {"time_ms", [](auto& o, auto& k, auto& v) { o.engine.time = std::chrono::milliseconds(number<std::int64_t>(k, v)); }},
      {"preemptions", [](auto& o, auto& k, auto& v) { o.engine.preemptions = number<int>(k, v); }},
      {"depth", [](auto& o, auto& k, auto& v) { o.engine.pct_depth = number<int>(k, v); }},
      {"events", [](auto& o, auto& k, auto& v) { o.engine.max_events = number<std::uint64_t>(k, v); }},
      {"races",
       [](auto& o, auto& k, auto& v) {
         o.engine.races_fail = word<bool>(k, v, {{"fail", true}, {"explore", false}});
       }},
      {"spurious", [](auto& o, auto& k, auto& v) { o.engine.spurious_failures = word<bool>(k, v, flags()); }},
      {"leaks", [](auto& o, auto& k, auto& v) { o.leaks = word<bool>(k, v, flags()); }},
      {"jobs", [](auto& o, auto& k, auto& v) { o.jobs = within(k, v, number<int>(k, v), 1, kMostJobs); }},
      {"witness", [](auto& o, auto&, auto& v) { o.engine.witness = v; }},
      {"record", [](auto& o, auto&, auto& v) { o.record = v; }},
      {"identity",
       [](auto& o, auto& k, auto& v) {
         o.identity = word<IdentityBy>(k, v, {{"pointer", IdentityBy::kPointer}, {"contents", IdentityBy::kContents}});
       }},
      {"trace", [](auto& o, auto& k, auto& v) { o.trace = word<bool>(k, v, flags()); }},
  };
  return table;
}

}  // namespace

const char* name_of(explore::Search search) {
  for (const auto& [name, meaning] : searches()) {
    if (meaning == search) return name.c_str();
  }
  return "";
}

ProgramOptions parse_options(const std::string& text) {
  ProgramOptions options;
  std::istringstream words(text);
  for (std::string entry; words >> entry;) {
    const std::size_t equals = entry.find('=');
    const std::string key = entry.substr(0, equals);
    const auto setter = setters().find(key);
    if (setter == setters().end()) throw std::invalid_argument("PROBEREN_EXPLORE: there is no option " + key);
    if (equals == std::string::npos) throw std::invalid_argument("PROBEREN_EXPLORE: " + key + " has no value");
    const std::string value = entry.substr(equals + 1);
    setter->second(options, key, value);
    options.words[key] = value;
  }
  if (options.engine.search == Search::kReplay && options.engine.witness.empty())
    throw std::invalid_argument("PROBEREN_EXPLORE: search=replay needs witness=");
  const bool exhaustive = options.engine.search == Search::kExhaustive;
  const bool bounded = options.engine.preemptions >= 0;
  if (bounded && !exhaustive) throw std::invalid_argument("PROBEREN_EXPLORE: preemptions= is a bound of an exhaustive search");
  if (options.jobs > 1 && (bounded || !exhaustive)) {
    throw std::invalid_argument("PROBEREN_EXPLORE: jobs=" + std::to_string(options.jobs) +
                                ": only an exhaustive search without a bound can be shared by processes");
  }
  if (!options.engine.witness.empty()) options.engine.witness = unbind_witness(options.engine.witness);
  return options;
}

}  // namespace proberen::runtime
