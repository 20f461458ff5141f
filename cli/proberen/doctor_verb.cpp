#include <sys/utsname.h>

#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "cli/proberen/catalogue.hpp"
#include "cli/proberen/error.hpp"
#include "cli/proberen/verbs.hpp"

namespace proberen::cli {
namespace {

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// Says one thing a line; notes do not change the status.
class Doctor {
 public:
  void ok(const std::string& what, const std::string& text) { say("ok", what, text); }
  void note(const std::string& what, const std::string& text) { say("note", what, text); }
  void wrong(const std::string& what, const std::string& text) {
    say("wrong", what, text);
    well_ = false;
  }
  [[nodiscard]] int status() const { return well_ ? 0 : 2; }

 private:
  static void say(const char* state, const std::string& what, const std::string& text) {
    std::cout << std::left << std::setw(6) << state << what << ": " << text << '\n';
  }

  bool well_ = true;
};

void look_at_check(Doctor& doctor, const Check& check) {
  for (const char* variant : {"native", "relacy", "explored", "tsan", "asan"}) {
    const std::string what = "check " + check.name + " (" + variant + ")";
    if (!check.variants.contains(variant)) {
      doctor.note(what, "not in this build; what needs it is skipped");
      continue;
    }
    try {
      const std::vector<Subject> subjects = list_subjects(check, variant);
      doctor.ok(what, "starts, and has " + std::to_string(subjects.size()) + (subjects.size() == 1 ? " subject" : " subjects"));
      for (const Subject& subject : subjects) {
        if (!subject.problem.empty()) doctor.wrong("subject " + subject.name, subject.problem);
      }
    } catch (const BadRequest& error) {
      doctor.wrong(what, error.what());
    }
  }
}

void look_at_build(Doctor& doctor, const Options& options) {
  try {
    const std::filesystem::path build = find_build(options.build);
    const std::vector<Check> checks = read_checks(build);
    doctor.ok("build folder", build.string() + ", " + std::to_string(checks.size()) + (checks.size() == 1 ? " check" : " checks"));
    for (const Check& check : checks) look_at_check(doctor, check);
  } catch (const BadRequest& error) {
    doctor.wrong("build folder", error.what());
  }
}

void look_at_addresses(Doctor& doctor) {
  constexpr int kMostBits = 28;  // ThreadSanitizer of GCC 12 does not start with more
  const std::string random = first_line("/proc/sys/kernel/randomize_va_space");
  const std::string bits = first_line("/proc/sys/vm/mmap_rnd_bits");
  if (random == "0") {
    doctor.ok("address space randomization", "off");
  } else if (bits.empty()) {
    doctor.note("address space randomization", "the kernel does not say how many bits");
  } else if (std::atoi(bits.c_str()) > kMostBits) {
    doctor.note("address space randomization", bits + " bits, more than ThreadSanitizer may bear: its checks are run without");
  } else {
    doctor.ok("address space randomization", bits + " bits");
  }
}

void look_at_noise(Doctor& doctor) {
  const unsigned cores = usable_cores();
  const std::string governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  if (!governor.empty() && governor != "performance")
    doctor.note("clock rate", "governor '" + governor + "': benchmarks are steadier with 'performance'");
  const bool boost =
      first_line("/sys/devices/system/cpu/cpufreq/boost") == "1" || first_line("/sys/devices/system/cpu/intel_pstate/no_turbo") == "0";
  if (boost) doctor.note("clock rate", "boost is on: benchmarks depend on how warm the processor is");
  if (first_line("/sys/devices/system/cpu/smt/active") == "1")
    doctor.note("hyper-threading", "on: threads of a benchmark may share a core");
  std::istringstream load(first_line("/proc/loadavg"));
  double now = 0;
  if (load >> now && now > 0.5 * cores) {
    std::ostringstream text;
    text << "load " << now << " on " << cores << (cores == 1 ? " core" : " cores") << ": benchmarks will be noisy";
    doctor.note("other programs", text.str());
  }
}

void look_at_machine(Doctor& doctor) {
  const unsigned cores = usable_cores();
  if (cores > 1) {
    doctor.ok("cores", std::to_string(cores));
  } else {
    doctor.note("cores", "1: threads never run at the same time, so fuzz and stress find little");
  }
  utsname name{};
  if (::uname(&name) == 0) doctor.ok("kernel", std::string(name.release) + " " + name.machine);
  look_at_addresses(doctor);
  look_at_noise(doctor);
}

}  // namespace

int run_doctor(const Options& options) {
  Doctor doctor;
  look_at_build(doctor, options);
  look_at_machine(doctor);
  return doctor.status();
}

}  // namespace proberen::cli
