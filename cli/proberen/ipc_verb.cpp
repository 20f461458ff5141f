#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

#include "cli/proberen/verbs.hpp"
#include "proberen/ipc/sweep.hpp"

namespace proberen::cli {
namespace {

using State = ipc::NamedFile::State;

/// Control characters as `\xNN`: anybody may have given a file its name, and a terminal obeys them.
std::string printable(std::string_view text) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string printable;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    // In UTF-8 those above ASCII begin with C2.
    const bool second = at > 0 && text[at - 1] == '\xc2' && byte >= 0x80 && byte < 0xa0;
    if (byte >= 0x20 && byte != 0x7f && !second) {
      printable += text[at];
    } else {
      if (second) printable.replace(printable.size() - 1, 1, "\\xc2");
      printable.append("\\x") += kDigits[byte / 16];
      printable += kDigits[byte % 16];
    }
  }
  return printable;
}

/// Says one file a line.
class Report {
 public:
  void say(const char* what, const ipc::NamedFile& file, const std::string& note) const {
    std::cout << what << printable(file.resource.path) << ": " << printable(note) << '\n';
  }
  /// Removes what was left, or says that it would. Whether that went well.
  bool sweep(const ipc::NamedFile& file, bool remove) {
    if (!remove) {
      say("left     ", file, file.note);
      return true;
    }
    if (const std::error_code error = ipc::remove_left(file)) {
      // Somebody else has made another of that name, or has just become its owner.
      const bool taken = error == std::errc::operation_not_permitted && !still_left(file);
      say(taken ? "owned    " : "wrong    ", file, taken ? "has an owner again" : "cannot be removed: " + error.message());
      return taken;
    }
    say("removed  ", file, file.note);
    return true;
  }

 private:
  static bool still_left(const ipc::NamedFile& file) {
    for (const ipc::NamedFile& now : ipc::list_named_files()) {
      if (now.resource == file.resource) return now.state == State::left;
    }
    return false;
  }
};

}  // namespace

int run_ipc_sweep(const Options& options) {
  Report report;
  int left = 0;
  bool well = true;
  for (const ipc::NamedFile& file : ipc::list_named_files()) {
    switch (file.state) {
      case State::owned:
        report.say("owned    ", file, file.note);
        break;
      case State::persistent:
        report.say("persists ", file, file.note);
        break;
      case State::foreign:
        report.say("foreign  ", file, file.note);
        break;
      case State::left:
        ++left;
        well &= report.sweep(file, options.remove);
        break;
    }
  }
  if (left == 0) {
    std::cout << "nothing is left in /dev/shm\n";
  } else if (!options.remove) {
    std::cout << left << (left == 1 ? " name is" : " names are") << " left; remove with: proberen ipc sweep --remove\n";
  }
  return well ? 0 : 2;
}

}  // namespace proberen::cli
