// Record files: one write(2) a record, with O_APPEND, so that neither a kill nor a second writer tears a line.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "proberen/record.hpp"

namespace proberen {

RecordWriter::RecordWriter(const std::string& path) : descriptor_(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), path);
}

RecordWriter::~RecordWriter() { ::close(descriptor_); }

void RecordWriter::write(const Record& record) {
  const std::string line = to_json(record) + '\n';
  std::string_view rest = line;
  while (!rest.empty()) {  // the first write takes all of it unless the disk is full
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw std::system_error(errno, std::generic_category(), "cannot write a record");
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::vector<Record> read_records(const std::string& path, bool tolerate_truncated_tail) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw RecordError(path + ": " + std::generic_category().message(errno));
  std::vector<Record> records;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    const std::string place = path + ":" + std::to_string(number) + ": ";
    const bool whole = !file.eof();
    if (!whole && !tolerate_truncated_tail) {
      throw RecordError(place + "truncated: the last line has no line break, as a run leaves it that was cut off while writing");
    }
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      records.push_back(record_from_json(line));
    } catch (const RecordError& error) {
      if (!whole) break;
      throw RecordError(place + error.what());
    }
  }
  if (file.bad() || !file.eof()) throw RecordError(path + ": cannot read it: " + std::generic_category().message(errno));
  return records;
}

}  // namespace proberen
