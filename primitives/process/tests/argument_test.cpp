/// What is passed to an entry.
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"

namespace proberen::ipc {
namespace {

PROBEREN_ENTRY(describe, [](int number, double real, const std::string& text, const std::vector<std::string>& words,
                            const std::optional<std::int64_t>& maybe, const std::vector<Descriptor>& outputs) {
  std::string line = std::to_string(number) + ' ' + std::to_string(real) + ' ' + text + ' ' + std::to_string(maybe.value_or(-1));
  for (const std::string& word : words) line += ' ' + word;
  for (const Descriptor& output : outputs) write_text(output, line);
});
PROBEREN_ENTRY(count_bytes, [](const std::vector<std::string>& words, const Descriptor& output) {
  std::size_t bytes = 0;
  for (const std::string& word : words) bytes += word.size();
  write_text(output, std::to_string(bytes));
});
PROBEREN_ENTRY(count_given, [](const std::vector<Descriptor>& given, const std::string&) { return static_cast<int>(given.size()); });
PROBEREN_ENTRY(is_close_on_exec, [](const Descriptor& argument) { return (::fcntl(argument.get(), F_GETFD) & FD_CLOEXEC) != 0 ? 0 : 1; });

class ArgumentTest : public EveryWay {};
INSTANTIATE_TEST_SUITE_P(Every, ArgumentTest, every_way(), way_name);

TEST_P(ArgumentTest, PassesArgumentsOfManyTypes) {
  Pipe first;
  Pipe second;
  std::vector<Descriptor> outputs;
  outputs.push_back(std::move(first.writer));
  outputs.push_back(std::move(second.writer));
  const std::vector<std::string> words{"a", "", "b c"};
  Process process =
      context_.start("describe", 7, 0.5, "text", words, std::optional<std::int64_t>(std::int64_t{1} << 40), std::move(outputs));
  EXPECT_EQ(process.join(), 0);
  EXPECT_EQ(first.read_all(), "7 0.500000 text 1099511627776 a  b c");
  EXPECT_EQ(second.read_all(), "7 0.500000 text 1099511627776 a  b c");
}

TEST_P(ArgumentTest, PassesMegabytesOfArguments) {
  Pipe pipe;
  const std::vector<std::string> words(64, std::string(64 * 1024, 'x'));
  EXPECT_EQ(context_.start("count_bytes", words, std::move(pipe.writer)).join(), 0);
  EXPECT_EQ(pipe.read_all(), std::to_string(64 * 64 * 1024));
}

TEST_P(ArgumentTest, TakesDescriptorsAwayAndGivesThemCloseOnExec) {
  Pipe pipe;
  EXPECT_EQ(context_.start("is_close_on_exec", std::move(pipe.writer)).join(), 0);
  EXPECT_FALSE(pipe.writer);
  EXPECT_EQ(pipe.read_all(), "");
}

TEST_P(ArgumentTest, RefusesADescriptorThatIsClosed) {
  for (const bool keep : {false, true}) {
    ContextOptions options = GetParam().options();
    options.keep_descriptors = keep;
    Context context(GetParam().method, options);
    Pipe pipe;
    ::close(pipe.writer.get());
    EXPECT_EQ(message_of<std::system_error>([&] { context.start("is_close_on_exec", std::move(pipe.writer)); }),
              "cannot pass a descriptor to a process: Bad file descriptor");
  }
}

TEST_P(ArgumentTest, TakesAsManyDescriptorsAsAMessageCarries) {
  const auto most = [](std::size_t count) {
    std::vector<Descriptor> descriptors(count);
    for (Descriptor& descriptor : descriptors) descriptor.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return descriptors;
  };
  EXPECT_EQ(context_.start("count_given", most(252), "").join(), 252);
  if (GetParam().method != StartMethod::forkserver) return;
  EXPECT_EQ(message_of<std::system_error>([&] { context_.start("count_given", most(253), ""); }),
            "a fork server can be given at most 252 descriptors for a process, not 253: Argument list too long");
  const std::string large(100'000, 'x');
  EXPECT_EQ(context_.start("count_given", most(251), large).join(), 251);
  EXPECT_EQ(refusal_of([&] { return context_.start("count_given", most(252), large); }), std::errc::argument_list_too_long);
}

TEST_P(ArgumentTest, RefusesUnknownEntriesAndWrongTypes) {
  EXPECT_EQ(message_of<std::invalid_argument>([&] { context_.start("unheard of"); }), "no entry is registered as 'unheard of'");
  EXPECT_EQ(message_of<std::invalid_argument>([&] { context_.start("give_back", "text"); }),
            "entry 'give_back' takes (int) but was given (std::string)");
  EXPECT_EQ(message_of<std::invalid_argument>([&] { context_.start("give_back", 1L); }),
            "entry 'give_back' takes (int) but was given (long)");
  EXPECT_EQ(message_of<std::invalid_argument>([&] { context_.start("give_back"); }), "entry 'give_back' takes (int) but was given ()");
}

}  // namespace
}  // namespace proberen::ipc
