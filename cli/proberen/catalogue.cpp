#include "cli/proberen/catalogue.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "cli/proberen/error.hpp"
#include "cli/proberen/nearest.hpp"

namespace proberen::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kNotes = "proberen-checks";
constexpr std::chrono::seconds kListLimit{60};
constexpr std::size_t kListBytes = 64 * 1024 * 1024;

bool has_notes(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(folder / kNotes, ignored);
}

Check read_note(const fs::path& path) {
  try {
    std::ifstream file(path);
    const Json note = Json::parse(file);
    return {note.at("check").get<std::string>(), note.at("variants").get<std::map<std::string, std::string>>()};
  } catch (const Json::exception&) {
    throw BadRequest(path.string() + " is not the note of a check: configure the build again");
  }
}

Subject read_subject(const std::string& check, const std::string& line) {
  const Json json = Json::parse(line);
  Subject subject;
  subject.check = check;
  subject.name = json.at("subject").get<std::string>();
  subject.problem = json.value("problem", "");
  subject.methods = json.at("methods").get<std::vector<std::string>>();
  subject.operations = json.value("operations", std::vector<std::string>{});
  subject.benchmarks = json.value("benchmarks", std::size_t{0});
  subject.process_shared = json.value("process_shared", false);
  subject.twin_of = json.value("twin_of", "");
  subject.fault = json.value("fault", "");
  subject.caught_by = json.value("caught_by", std::vector<std::string>{});
  // The programs that list it may not be those that explore it.
  const bool named = std::find(subject.methods.begin(), subject.methods.end(), "explore") != subject.methods.end();
  if (json.value("explorable", false) && !named) subject.methods.insert(subject.methods.begin(), "explore");
  return subject;
}

std::string package_of(const std::string& library) {  // libtsan.so.2 -> libtsan2
  const std::size_t so = library.find(".so.");
  if (so == std::string::npos) return "";
  const std::string name = library.substr(0, so);
  const bool runtime = name == "libtsan" || name == "libasan" || name == "libubsan" || name == "liblsan";
  return runtime ? name + library.substr(so + 4) : "";
}

std::string missing_library(const std::string& program, const std::string& errors, std::size_t at) {
  const std::size_t end = errors.find_first_of(": \n", at);
  const std::string library = errors.substr(at, end == std::string::npos ? end : end - at);
  const std::string package = package_of(library);
  return program + " does not start: " + library + " is missing" +
         (package.empty() ? "; install the library" : ": install the Debian package " + package);
}

/// The variant that is asked for subjects: the ordinary one where there is one.
std::string variant_to_ask(const Check& check) {
  if (check.variants.empty()) throw BadRequest("check '" + check.name + "' has no variants: configure the build again");
  return check.variants.contains("native") ? "native" : check.variants.begin()->first;
}

}  // namespace

fs::path find_build(const std::string& asked) {
  if (!asked.empty()) {
    if (has_notes(asked)) return asked;
    std::error_code ignored;
    if (!fs::is_directory(asked, ignored)) throw BadRequest("no build folder '" + asked + "'");
    throw BadRequest("'" + asked + "' has no " + kNotes + ": is it a build folder with proberen_add_check(), and configured?");
  }
  for (const char* folder : {".", "build", "build/release"}) {
    if (has_notes(folder)) return folder;
  }
  throw BadRequest(std::string("no build folder: none of ., build and build/release has ") + kNotes + "; build first, or name the folder");
}

std::vector<Check> read_checks(const fs::path& build) {
  std::vector<Check> checks;
  for (const fs::directory_entry& entry : fs::directory_iterator(build / kNotes)) {
    if (entry.path().extension() == ".json") checks.push_back(read_note(entry.path()));
  }
  if (checks.empty()) throw BadRequest("'" + build.string() + "' has no checks: proberen_add_check() makes them");
  std::sort(checks.begin(), checks.end(), [](const Check& a, const Check& b) { return a.name < b.name; });
  return checks;
}

Command command_of(const std::string& variant, std::vector<std::string> words) {
  Command command;
  command.words = std::move(words);
  command.fixed_addresses = variant == "tsan";
  return command;
}

std::optional<std::string> start_problem(const std::string& program, const Outcome& outcome) {
  const std::string& errors = outcome.errors;
  if (outcome.exited_with(0)) return std::nullopt;
  if (outcome.exited_with(127)) {
    static const std::string kLoader = "error while loading shared libraries: ";
    const std::size_t loader = errors.find(kLoader);
    if (loader != std::string::npos) return missing_library(program, errors, loader + kLoader.size());
    if (errors.starts_with("cannot execute: ")) return program + ": " + last_lines(errors, 1).front() + " (is it built?)";
  }
  if (errors.find("unexpected memory mapping") != std::string::npos) {
    return program + " does not start: ThreadSanitizer finds no room among randomized addresses; run `setarch -R proberen …`, or as root " +
           "`sysctl vm.mmap_rnd_bits=28`";
  }
  if (errors.find("Shadow memory range interleaves with an existing memory mapping") != std::string::npos) {
    return program + " does not start: AddressSanitizer finds no room for its shadow memory; is `ulimit -v` set?";
  }
  return std::nullopt;
}

std::vector<Subject> list_subjects(const Check& check, const std::string& variant) {
  const std::string& program = check.variants.at(variant);
  Command command = command_of(variant, {program, "list"});
  command.limit = kListLimit;
  command.keep_output = kListBytes;
  const Outcome outcome = run_to_end(command);
  if (const auto problem = start_problem(program, outcome)) throw BadRequest(*problem);
  if (!outcome.exited_with(0)) {
    const std::vector<std::string> said = last_lines(outcome.errors, 1);
    throw BadRequest("check '" + check.name + "': `" + program + " list` failed" + (said.empty() ? "" : ": " + said.front()));
  }
  std::vector<Subject> subjects;
  for (const std::string& line : last_lines(outcome.output, outcome.output.size())) {
    try {
      subjects.push_back(read_subject(check.name, line));
    } catch (const Json::exception&) {
      throw BadRequest("check '" + check.name + "': `" + program + " list` does not answer like a check; build it again");
    }
  }
  return subjects;
}

Catalogue::Catalogue(const fs::path& build) : checks_(read_checks(build)) {
  std::map<std::string, std::string> owners;
  for (const Check& check : checks_) {
    const std::string variant = variant_to_ask(check);
    Listed& listed = listed_[{check.name, variant}];
    for (Subject& subject : list_subjects(check, variant)) {
      const auto [owner, first] = owners.emplace(subject.name, check.name);
      if (!first) {
        throw BadRequest("subject '" + subject.name + "' is declared twice, in check '" + owner->second + "' and check '" + check.name +
                         "': records would not say which is which");
      }
      listed[subject.name] = subject.methods;
      if (check.variants.contains("explored")) {
        subject.methods.erase(std::remove(subject.methods.begin(), subject.methods.end(), "explore"), subject.methods.end());
        subject.methods.insert(subject.methods.begin(), "explore");
      } else if (!check.variants.contains("relacy")) {
        std::erase(subject.methods, "explore");
      }
      subjects_.push_back(std::move(subject));
    }
  }
}

const Check& Catalogue::check_of(const Subject& subject) const {
  return *std::find_if(checks_.begin(), checks_.end(), [&](const Check& check) { return check.name == subject.check; });
}

const Subject& Catalogue::find(const std::string& name) const {
  const auto found = std::find_if(subjects_.begin(), subjects_.end(), [&](const Subject& subject) { return subject.name == name; });
  if (found == subjects_.end()) throw BadRequest(unknown_name("subject", name, names()));
  return *found;
}

std::vector<std::string> Catalogue::names() const {
  std::vector<std::string> names;
  names.reserve(subjects_.size());
  for (const Subject& subject : subjects_) names.push_back(subject.name);
  return names;
}

std::vector<std::string> Catalogue::methods(const Subject& subject, const std::string& variant) {
  const auto [place, is_new] = listed_.try_emplace({subject.check, variant});
  if (is_new) {
    for (const Subject& listed : list_subjects(check_of(subject), variant)) place->second[listed.name] = listed.methods;
  }
  const auto found = place->second.find(subject.name);
  return found == place->second.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace proberen::cli
