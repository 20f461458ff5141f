#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "reports/record/tests/sample_records.hpp"

namespace proberen {
namespace {

class RecordFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "record-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = (folder_ / "records.jsonl").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void append(const std::string& text) { std::ofstream(path_, std::ios::app | std::ios::binary) << text; }
  std::string error(bool tolerate = false) {
    try {
      (void)read_records(path_, tolerate);
    } catch (const RecordError& problem) {
      return problem.what();
    }
    return "accepted";
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(RecordFile, ReadsWhatWasWritten) {
  {
    RecordWriter writer(path_);
    writer.write(samples::deadlock());
  }
  append("\n  \n");
  RecordWriter(path_).write(samples::skipped());
  const std::vector<Record> records = read_records(path_);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(to_json(records[0]), to_json(samples::deadlock()));
  EXPECT_EQ(to_json(records[1]), to_json(samples::skipped()));
}

TEST_F(RecordFile, AnEmptyFileHasNoRecords) {
  append("");
  EXPECT_TRUE(read_records(path_).empty());
}

TEST_F(RecordFile, NamesTheFileAndTheLine) {
  append(to_json(samples::skipped()) + "\n\n{\"schema\":9}\n");
  EXPECT_EQ(error(), path_ + ":3: unknown schema version 9: this program reads version 1");
}

TEST_F(RecordFile, ATornTailIsAnErrorUnlessTolerated) {
  const std::string line = to_json(samples::skipped());
  append(line + "\n" + line.substr(0, 40));
  EXPECT_EQ(error(), path_ + ":2: truncated: the last line has no line break, as a run leaves it that was cut off while writing");
  EXPECT_EQ(read_records(path_, true).size(), 1u);
}

TEST_F(RecordFile, ToleranceIsForTheTailAlone) {
  append(to_json(samples::skipped()).substr(0, 40) + "\n" + to_json(samples::skipped()) + "\n");
  EXPECT_NE(error(true).find(":1: not a record"), std::string::npos) << error(true);
}

TEST_F(RecordFile, MissingFileFolderAndUnwritablePlace) {
  EXPECT_EQ(error(), path_ + ": No such file or directory");
  path_ = folder_.string();
  EXPECT_NE(error().find(path_ + ": "), std::string::npos);
  EXPECT_THROW(RecordWriter((folder_ / "no" / "such").string()), std::system_error);
}

TEST_F(RecordFile, AFullDiskIsAnError) { EXPECT_THROW(RecordWriter("/dev/full").write(samples::skipped()), std::system_error); }

TEST_F(RecordFile, KilledWritersLeaveWholeLines) {
  // Two processes append to the same file and are killed while they write: every line that is there is whole.
  pid_t writers[2];
  for (pid_t& writer : writers) {
    writer = fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) {
      RecordWriter file(path_);
      for (;;) file.write(samples::everything());
    }
  }
  while (!std::filesystem::exists(path_) || std::filesystem::file_size(path_) < 500000) usleep(1000);
  for (const pid_t writer : writers) {
    kill(writer, SIGKILL);
    waitpid(writer, nullptr, 0);
  }
  EXPECT_GT(read_records(path_).size(), 100u);
}

}  // namespace
}  // namespace proberen
