/// Where results go: record files, report files, the terminal.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "proberen/gate.hpp"
#include "proberen/record.hpp"

namespace proberen::cli {

/// A record file that starts empty. Each record is one write, so that whoever is killed leaves whole records.
class RecordFile {
 public:
  /// Throws BadRequest when the file cannot be written.
  explicit RecordFile(const std::string& path);
  void write(const Record& record) { writer_.write(record); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  RecordWriter writer_;
};

/// Throws BadRequest when the file could not be written later.
void require_writable(const std::string& path);

/// Writes to a temporary name and renames. Throws BadRequest.
void write_file(const std::string& path, const std::string& text);

struct ReportFiles {
  std::string html;  ///< "": not wanted, as below
  std::string junit;
  std::string markdown;
};

/// Prints the summary on standard output, and writes the reports. A renderer that throws costs its report and a line on standard error, and
/// nothing else. Returns the exit status: the gate's, or 2 when the gate passed and a file could not be written.
[[nodiscard]] int report(std::span<const Record> records, const GateResult& result, const ReportFiles& files);

/// One line on standard error that is rewritten, when that is a terminal; else nothing.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const std::string& text);
  void clear();

 private:
  bool visible_;
  bool shown_ = false;
};

}  // namespace proberen::cli
