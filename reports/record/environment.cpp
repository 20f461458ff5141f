#include <gnu/libc-version.h>
#include <sched.h>
#include <sys/utsname.h>

#include <fstream>
#include <string>

#include "proberen/record.hpp"

namespace proberen {
namespace {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name") && !line.starts_with("Model")) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

/// The cores that this process may use, which a container or taskset makes fewer than the machine has.
int usable_cores() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::map<std::string, std::string> measure() {
  std::map<std::string, std::string> found;
  found["cpu"] = cpu_model();
  found["cores"] = std::to_string(usable_cores());
  utsname name{};
  if (uname(&name) == 0) found["kernel"] = std::string(name.sysname) + " " + name.release + " " + name.machine;
#if defined(__clang__)
  found["compiler"] = "clang " __clang_version__;
#else
  found["compiler"] = "gcc " __VERSION__;
#endif
  found["libc"] = std::string("glibc ") + gnu_get_libc_version();
  found["build"] = *PROBEREN_BUILD_TYPE ? PROBEREN_BUILD_TYPE : "no build type";
  const std::string governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  if (!governor.empty()) found["governor"] = governor;
  return found;
}

}  // namespace

std::map<std::string, std::string> environment() {
  static const std::map<std::string, std::string> kFound = measure();
  return kFound;
}

}  // namespace proberen
