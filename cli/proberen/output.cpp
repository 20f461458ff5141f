#include "cli/proberen/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string_view>
#include <system_error>

#include "cli/proberen/error.hpp"
#include "proberen/render.hpp"

namespace proberen::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const std::string& path) {
  throw BadRequest("cannot write " + path + ": " + std::generic_category().message(errno));
}

std::string emptied(const std::string& path) {
  errno = 0;
  if (!std::ofstream(path, std::ios::trunc)) cannot_write(path);
  return path;
}

/// A pipe or a device cannot be replaced by a rename, and need not be.
bool is_special(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored) && !fs::is_regular_file(path, ignored) && !fs::is_directory(path, ignored);
}

std::string temporary_name(const std::string& path) { return path + ".part-" + std::to_string(::getpid()); }

int terminal_width(int descriptor, int otherwise) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return otherwise;
  return std::clamp<int>(size.ws_col, 40, 200);
}

TerminalOptions terminal_options() {
  TerminalOptions options;
  if (::isatty(STDOUT_FILENO) == 0) return options;
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const kind = std::getenv("TERM");
  options.colour = (no_colour == nullptr || *no_colour == '\0') && kind != nullptr && std::string_view(kind) != "dumb";
  options.width = terminal_width(STDOUT_FILENO, options.width);
  return options;
}

/// Whether the file, when wanted, is there.
bool write_report(const std::string& path, const char* what, const std::function<std::string()>& render) {
  if (path.empty()) return true;
  std::string text;
  try {
    text = render();
  } catch (const std::exception& error) {
    std::cerr << "proberen: warning: no " << what << " report: " << error.what() << '\n';
    return true;
  }
  try {
    write_file(path, text);
    return true;
  } catch (const BadRequest& error) {
    std::cerr << "proberen: " << error.what() << '\n';
    return false;
  }
}

}  // namespace

RecordFile::RecordFile(const std::string& path) : path_(emptied(path)), writer_(path) {}

void require_writable(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    errno = EISDIR;
    cannot_write(path);
  }
  if (is_special(path)) return;
  const std::string probe = temporary_name(path);
  errno = 0;
  if (!std::ofstream(probe, std::ios::trunc)) cannot_write(path);
  fs::remove(probe, ignored);
}

void write_file(const std::string& path, const std::string& text) {
  const std::string place = is_special(path) ? path : temporary_name(path);
  errno = 0;
  std::ofstream file(place, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  const bool written = !file.fail() && (place == path || std::rename(place.c_str(), path.c_str()) == 0);
  if (written) return;
  const int why = errno;
  if (place != path) std::remove(place.c_str());
  errno = why;
  cannot_write(path);
}

int report(std::span<const Record> records, const GateResult& result, const ReportFiles& files) {
  try {
    std::cout << render_terminal(records, result, terminal_options()) << std::flush;
  } catch (const std::exception& error) {
    std::cerr << "proberen: warning: no summary: " << error.what() << '\n';
  }
  bool written = write_report(files.html, "HTML", [&] { return render_html(records, result); });
  written &= write_report(files.junit, "JUnit", [&] { return render_junit(records, result); });
  written &= write_report(files.markdown, "Markdown", [&] { return render_markdown(records, result); });
  if (written || result.status != GateStatus::kPass) return result.exit_status();
  return static_cast<int>(GateStatus::kBadRequest);
}

ProgressLine::ProgressLine() : visible_(::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(const std::string& text) {
  if (!visible_) return;
  const auto width = static_cast<std::size_t>(terminal_width(STDERR_FILENO, 80));
  std::cerr << "\r\x1b[K" << text.substr(0, width - 1) << std::flush;
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_) std::cerr << "\r\x1b[K" << std::flush;
  shown_ = false;
}

}  // namespace proberen::cli
