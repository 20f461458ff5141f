#include "models/runtime/libc/kept.hpp"

#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "models/runtime/call.hpp"
#include "models/runtime/libc/output.hpp"

namespace proberen::runtime {
namespace {

/// One kind of state: kept as it is when first touched, which is as all executions find it.
class Kept {
 public:
  constexpr Kept(void (*how_to_keep)(), void (*how_to_put_back)()) : keep_(how_to_keep), put_back_(how_to_put_back) {}
  /// An execution is about to change it, or to get the means to.
  void touch() {
    if (!explored()) return;
    const Inside inside;
    if (!known_) keep_();
    known_ = touched_ = true;
  }
  void put_back() {
    if (touched_) put_back_();
    touched_ = false;
  }

 private:
  void (*keep_)();
  void (*put_back_)();
  bool known_ = false;
  bool touched_ = false;
};

struct Environment {
  char** place = nullptr;
  std::vector<char*> entries;
  std::vector<std::string> texts;
} first_environment;

/// With the texts: a program may write into what getenv() has given it.
void keep_environment() {
  first_environment.place = environ;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    first_environment.entries.push_back(*entry);
    first_environment.texts.emplace_back(*entry);
  }
}

void put_back_environment() {
  environ = first_environment.place;
  for (std::size_t i = 0; i < first_environment.entries.size(); ++i) {
    const std::string& text = first_environment.texts[i];
    environ[i] = first_environment.entries[i];
    std::memcpy(environ[i], text.c_str(), text.size() + 1);
  }
  if (environ != nullptr) environ[first_environment.entries.size()] = nullptr;
  ::tzset();
}

int first_directory = -1;
/// High, so that the program's own descriptors are numbered as if it were not there.
void keep_directory() {
  const int here = ::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  first_directory = ::fcntl(here, F_DUPFD_CLOEXEC, 100);
  ::close(here);
}
void put_back_directory() {
  if (PROBEREN_REAL(fchdir)(first_directory) != 0) output_original(2, "proberen: the working directory cannot be put back\n");
}

mode_t first_mask = 0;
void keep_mask() {
  first_mask = PROBEREN_REAL(umask)(0);
  PROBEREN_REAL(umask)(first_mask);
}
void put_back_mask() { PROBEREN_REAL(umask)(first_mask); }

std::string first_locale;
void keep_locale() { first_locale = PROBEREN_REAL(setlocale)(LC_ALL, nullptr); }
void put_back_locale() { PROBEREN_REAL(setlocale)(LC_ALL, first_locale.c_str()); }

/// The variables are the program's, or the C library's. What getopt() keeps beside them it makes anew where optind is 0.
struct Options {
  char* argument;
  int index, messages, option;
} first_options;
void keep_options() { first_options = {optarg, optind, opterr, optopt}; }
void put_back_options() {
  optarg = first_options.argument;
  optind = first_options.index;
  opterr = first_options.messages;
  optopt = first_options.option;
}

constinit Kept environment{keep_environment, put_back_environment};
constinit Kept directory{keep_directory, put_back_directory};
constinit Kept mask{keep_mask, put_back_mask};
constinit Kept locale{keep_locale, put_back_locale};
constinit Kept options{keep_options, put_back_options};
bool options_begun = false;
bool thread_locales = false;

/// The first call in an execution begins from nothing, whatever the last one of an earlier execution has left.
void begin_options() {
  if (!explored() || options_begun) return;
  options.touch();
  options_begun = true;
  if (optind == 1) optind = 0;
}

}  // namespace

void kept_put_back() {
  environment.put_back();
  directory.put_back();
  mask.put_back();
  locale.put_back();
  options.put_back();
  options_begun = false;
}

void kept_begin_thread() {
  if (thread_locales) PROBEREN_REAL(uselocale)(LC_GLOBAL_LOCALE);
}

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

#define PROBEREN_TOUCHES_KEPT(kept, result, name, parameters, ...) \
  PROBEREN_INTERPOSED result name parameters {                     \
    kept.touch();                                                  \
    return PROBEREN_REAL(name)(__VA_ARGS__);                       \
  }

PROBEREN_TOUCHES_KEPT(environment, char*, getenv, (const char* name) noexcept, name)
PROBEREN_TOUCHES_KEPT(environment, char*, secure_getenv, (const char* name) noexcept, name)
PROBEREN_TOUCHES_KEPT(environment, int, setenv, (const char* name, const char* value, int replace) noexcept, name, value, replace)
PROBEREN_TOUCHES_KEPT(environment, int, unsetenv, (const char* name) noexcept, name)
PROBEREN_TOUCHES_KEPT(environment, int, putenv, (char* entry) noexcept, entry)
PROBEREN_TOUCHES_KEPT(environment, int, clearenv, () noexcept, )
PROBEREN_TOUCHES_KEPT(directory, int, chdir, (const char* path) noexcept, path)
PROBEREN_TOUCHES_KEPT(directory, int, fchdir, (int fd) noexcept, fd)
PROBEREN_TOUCHES_KEPT(mask, mode_t, umask, (mode_t bits) noexcept, bits)

PROBEREN_INTERPOSED char* setlocale(int category, const char* name) noexcept {
  if (name != nullptr) locale.touch();
  return PROBEREN_REAL(setlocale)(category, name);
}

PROBEREN_INTERPOSED locale_t uselocale(locale_t wanted) noexcept {
  if (wanted != nullptr && explored()) thread_locales = true;
  return PROBEREN_REAL(uselocale)(wanted);
}

PROBEREN_INTERPOSED int getopt(int count, char* const* arguments, const char* letters) noexcept {
  begin_options();
  return PROBEREN_REAL(getopt)(count, arguments, letters);
}

PROBEREN_INTERPOSED int getopt_long(int count, char* const* arguments, const char* letters, const option* words, int* index) noexcept {
  begin_options();
  return PROBEREN_REAL(getopt_long)(count, arguments, letters, words, index);
}

PROBEREN_INTERPOSED int getopt_long_only(int count, char* const* arguments, const char* letters, const option* words, int* index) noexcept {
  begin_options();
  return PROBEREN_REAL(getopt_long_only)(count, arguments, letters, words, index);
}
