// Writes JUnit files of many sorts of records into a folder, for the schema test to judge with a validator that is not ours.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "proberen/render.hpp"
#include "reports/record/tests/sample_records.hpp"
#include "reports/render/tests/many_records.hpp"

namespace {

using namespace proberen;

void write(const std::filesystem::path& path, const std::vector<Record>& records, const GatePolicy& policy = {}) {
  std::ofstream file(path, std::ios::binary);
  file << render_junit(records, judge(records, policy));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_junit FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const std::vector<Record> once = samples::mixed();
  std::vector<Record> twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  write(folder / "mixed.xml", once);
  write(folder / "twice.xml", twice);
  write(folder / "everything.xml", {samples::everything()});
  write(folder / "none.xml", {});
  write(folder / "bare.xml", render::bare_records());
  write(folder / "numbers.xml", render::records_without_numbers());
  write(folder / "many.xml", render::many_records());
  write(folder / "claims.xml", samples::good_queue(), {.require_complete = true, .strict_goals = true, .claims = {{"T", "fuzz", "", ""}}});
}
