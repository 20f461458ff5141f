// Record to JSON and back. Reading is strict: what this program does not know it refuses, rather than show half of a record.

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "proberen/record.hpp"

namespace proberen {
namespace {

using Json = nlohmann::ordered_json;

// ---- writing: what is empty is left out, but for the fields that every record has ----

void put(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

void put(Json& object, const char* key, double number) {
  if (std::isfinite(number)) object[key] = number;
}

void put(Json& object, const char* key, const std::vector<std::string>& lines) {
  if (!lines.empty()) object[key] = lines;
}

template <class T, class Write>
void put_list(Json& object, const char* key, const std::vector<T>& list, Write write) {
  if (list.empty()) return;
  Json array = Json::array();
  for (const T& item : list) array.push_back(write(item));
  object[key] = std::move(array);
}

Json write_event(const Event& event) {
  Json json{{"thread", event.thread}, {"text", event.text}};
  put(json, "result", event.result);
  put(json, "location", event.location);
  json["begin"] = event.begin;
  json["end"] = event.end;
  if (event.linearized != 0) json["linearized"] = event.linearized;
  return json;
}

Json write_failure(const Failure& failure) {
  Json json{{"kind", failure.kind}, {"message", failure.message}};
  put(json, "location", failure.location);
  put(json, "witness", failure.witness);
  put(json, "replay", failure.replay);
  put(json, "scenario", failure.scenario);
  put_list(json, "history", failure.history, write_event);
  put_list(json, "interleaving", failure.interleaving, write_event);
  put(json, "details", failure.details);
  return json;
}

Json write_series(const Series& series) {
  Json json{{"benchmark", series.benchmark}};
  put(json, "peer", series.peer);
  json["threads"] = series.threads;
  put(json, "unit", series.unit);
  json["less_is_better"] = series.less_is_better;
  Json samples = Json::array();
  for (const double sample : series.samples) {
    if (std::isfinite(sample)) samples.push_back(sample);
  }
  json["samples"] = std::move(samples);
  return json;
}

Json write_goal(const Goal& goal) {
  Json json{{"text", goal.text}};
  put(json, "ratio", goal.ratio);
  put(json, "limit", goal.limit);
  json["at_most"] = goal.at_most;
  json["met"] = goal.met;
  return json;
}

// ---- reading ----

[[noreturn]] void refuse(const std::string& why) { throw RecordError("not a record: " + why); }

std::string clip(std::string text) {
  if (text.size() > 60) text = text.substr(0, 60) + "…";
  return text;
}

void read(const Json& value, const std::string& field, std::string& to) {
  if (!value.is_string()) refuse("'" + field + "' must be a text");
  to = value.get<std::string>();
}

void read(const Json& value, const std::string& field, bool& to) {
  if (!value.is_boolean()) refuse("'" + field + "' must be true or false");
  to = value.get<bool>();
}

void read(const Json& value, const std::string& field, double& to) {
  if (!value.is_number()) refuse("'" + field + "' must be a number");
  to = value.get<double>();
}

void read(const Json& value, const std::string& field, std::uint64_t& to) {
  if (!value.is_number_unsigned()) refuse("'" + field + "' must be a whole number that is not negative");
  to = value.get<std::uint64_t>();
}

void read(const Json& value, const std::string& field, int& to) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  const bool fits = value.is_number_unsigned() ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMost)
                                               : value.is_number_integer() && value.get<std::int64_t>() >= -kMost;
  if (!fits) refuse("'" + field + "' must be a whole number within " + std::to_string(kMost));
  to = value.get<int>();
}

void read(const Json& value, const std::string& field, Event& to);
void read(const Json& value, const std::string& field, Series& to);
void read(const Json& value, const std::string& field, Goal& to);
void read(const Json& value, const std::string& field, std::optional<Failure>& to);
template <class T>
void read(const Json& value, const std::string& field, std::vector<T>& to);

template <class T>
void read(const Json& value, const std::string& field, std::map<std::string, T>& to) {
  if (!value.is_object()) refuse("'" + field + "' must be an object");
  for (const auto& [key, item] : value.items()) read(item, field + "." + key, to[key]);
}

void read(const Json& value, const std::string& field, Verdict& to) {
  for (const Verdict verdict : {Verdict::kPass, Verdict::kFail, Verdict::kInconclusive, Verdict::kSkipped}) {
    if (value.is_string() && value.get_ref<const std::string&>() == to_string(verdict)) {
      to = verdict;
      return;
    }
  }
  refuse("'" + field + "' must be pass, fail, inconclusive or skipped");
}

/// Takes the members of one object, and refuses those that nobody asked for.
class Members {
 public:
  Members(const Json& object, std::string name) : object_(&object), name_(std::move(name)) {
    if (!object.is_object()) refuse("'" + name_ + "' must be an object");
  }

  template <class T>
  Members& needed(const char* key, T& to) {
    if (!object_->contains(key)) refuse("no '" + path(key) + "'");
    return optional(key, to);
  }

  template <class T>
  Members& optional(const char* key, T& to) {
    const auto found = object_->find(key);
    if (found == object_->end()) return *this;
    ++taken_;
    known_.emplace_back(key);
    read(*found, path(key), to);
    return *this;
  }

  /// Call last.
  void nothing_else() const {
    if (taken_ == object_->size()) return;
    for (const auto& [key, value] : object_->items()) {
      if (std::find(known_.begin(), known_.end(), key) == known_.end()) refuse("unknown field '" + clip(path(key)) + "'");
    }
  }

 private:
  [[nodiscard]] std::string path(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }

  const Json* object_;
  std::string name_;
  std::vector<std::string> known_;
  std::size_t taken_ = 0;
};

void read(const Json& value, const std::string& field, Event& to) {
  Members(value, field)
      .needed("thread", to.thread)
      .needed("text", to.text)
      .optional("result", to.result)
      .optional("location", to.location)
      .optional("begin", to.begin)
      .optional("end", to.end)
      .optional("linearized", to.linearized)
      .nothing_else();
}

void read(const Json& value, const std::string& field, Failure& to) {
  Members(value, field)
      .needed("kind", to.kind)
      .needed("message", to.message)
      .optional("location", to.location)
      .optional("witness", to.witness)
      .optional("replay", to.replay)
      .optional("scenario", to.scenario)
      .optional("history", to.history)
      .optional("interleaving", to.interleaving)
      .optional("details", to.details)
      .nothing_else();
}

void read(const Json& value, const std::string& field, Series& to) {
  Members(value, field)
      .needed("benchmark", to.benchmark)
      .optional("peer", to.peer)
      .needed("threads", to.threads)
      .optional("unit", to.unit)
      .needed("less_is_better", to.less_is_better)
      .needed("samples", to.samples)
      .nothing_else();
}

void read(const Json& value, const std::string& field, Goal& to) {
  Members(value, field)
      .needed("text", to.text)
      .optional("ratio", to.ratio)
      .optional("limit", to.limit)
      .needed("at_most", to.at_most)
      .needed("met", to.met)
      .nothing_else();
}

void read(const Json& value, const std::string& field, std::optional<Failure>& to) { read(value, field, to.emplace()); }

template <class T>
void read(const Json& value, const std::string& field, std::vector<T>& to) {
  if (!value.is_array()) refuse("'" + field + "' must be a list");
  to.resize(value.size());
  for (std::size_t i = 0; i < to.size(); ++i) read(value[i], field + "[" + std::to_string(i) + "]", to[i]);
}

Json parse(std::string_view line) {
  try {
    return Json::parse(line);
  } catch (const Json::parse_error& error) {
    // The library's own words give the place within the line; without its exception number they read well enough.
    const std::string words = error.what();
    const std::size_t start = words.find("] ");
    refuse(clip(start == std::string::npos ? words : words.substr(start + 2)) + " (is the line cut short?)");
  }
}

}  // namespace

std::string to_json(const Record& record) {
  Json json{{"schema", record.schema}, {"subject", record.subject}, {"method", record.method}, {"configuration", Json::object()}};
  for (const auto& [key, value] : record.configuration) json["configuration"][key] = value;
  json["verdict"] = to_string(record.verdict);
  json["complete"] = record.complete;
  put(json, "how", record.how);
  put(json, "reason", record.reason);
  put(json, "limits", record.limits);
  json["counts"] = Json::object();
  for (const auto& [key, value] : record.counts) json["counts"][key] = value;
  if (record.failure) json["failure"] = write_failure(*record.failure);
  put_list(json, "series", record.series, write_series);
  put_list(json, "goals", record.goals, write_goal);
  put(json, "twin_of", record.twin_of);
  put(json, "fault", record.fault);
  if (record.expected_to_fail) json["expected_to_fail"] = true;
  json["environment"] = Json::object();
  for (const auto& [key, value] : record.environment) json["environment"][key] = value;
  put(json, "duration_s", record.duration_s);
  // Bytes that are not UTF-8 (a sanitizer quotes what it finds in memory) become U+FFFD: a record is never lost to them.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Record record_from_json(std::string_view line) {
  const Json json = parse(line);
  if (!json.is_object()) refuse("a record is a JSON object");
  if (!json.contains("schema")) refuse("no 'schema'");
  Record record;
  read(json["schema"], "schema", record.schema);
  if (record.schema != kRecordSchema) {
    throw RecordError("unknown schema version " + std::to_string(record.schema) + ": this program reads version " +
                      std::to_string(kRecordSchema));
  }
  Members(json, "")
      .needed("schema", record.schema)
      .needed("subject", record.subject)
      .needed("method", record.method)
      .needed("configuration", record.configuration)
      .needed("verdict", record.verdict)
      .needed("complete", record.complete)
      .optional("how", record.how)
      .optional("reason", record.reason)
      .optional("limits", record.limits)
      .needed("counts", record.counts)
      .optional("failure", record.failure)
      .optional("series", record.series)
      .optional("goals", record.goals)
      .optional("twin_of", record.twin_of)
      .optional("fault", record.fault)
      .optional("expected_to_fail", record.expected_to_fail)
      .needed("environment", record.environment)
      .optional("duration_s", record.duration_s)
      .nothing_else();
  if (record.subject.empty()) refuse("'subject' is empty");
  if (record.method.empty()) refuse("'method' is empty");
  return record;
}

}  // namespace proberen
