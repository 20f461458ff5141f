/// A start at the limits of the system: an error of the caller, and nothing left behind.
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/at_fork.hpp"
#include "proberen/ipc/connection.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/named_semaphore.hpp"
#include "proberen/ipc/program.hpp"
#include "proberen/ipc/queue.hpp"
#include "proberen/ipc/shared_memory.hpp"

namespace proberen::ipc {
namespace {

PROBEREN_ENTRY(byte_sum, [](const std::string& bytes) { return bytes.size() == std::size_t{64} << 20 && bytes.back() == 'z' ? 0 : 1; });

class LimitTest : public EveryWay {};
INSTANTIATE_TEST_SUITE_P(Every, LimitTest, every_way(), way_name);

/// One descriptor more at a time, until a start succeeds: each of its steps fails once. `start` gives an exit code, and `method` is how.
int start_with_ever_more_descriptors(StartMethod method, const std::function<int()>& start) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const int before = count_descriptors();
  int refusals = 0;
  for (rlim_t most = STDERR_FILENO + 1; most < 64; ++most) {
    const rlimit lowered{most, limit.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &lowered);
    std::error_code refused;
    try {
      if (start() == 5) {
        ::setrlimit(RLIMIT_NOFILE, &limit);
        return refusals > 0 ? 0 : 1;
      }
      return 2;
    } catch (const std::system_error& error) {
      refused = error.code();
    }
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (refused != std::errc::too_many_files_open) return 100 + refused.value() % 100;
    // A fork server that runs may stay, as may the two descriptors to it.
    const bool server_runs = method == StartMethod::forkserver && has_children();
    if (count_descriptors() != before + (server_runs ? 2 : 0)) return 3;
    if (!server_runs && has_children()) return 4;
    ++refusals;
  }
  return 5;
}

TEST_P(LimitTest, NoDescriptorLeft) {
  for (const StartOptions& options : {StartOptions(), StartOptions{.working_directory = "/"}}) {
    EXPECT_EQ(in_a_copy([&] {
                Context context = GetParam().context();
                return start_with_ever_more_descriptors(GetParam().method, [&] { return context.start(options, "give_back", 5).join(); });
              }),
              0);
  }
}

TEST(ProgramLimitTest, NoDescriptorLeft) {
  EXPECT_EQ(in_a_copy([] {
              return start_with_ever_more_descriptors(StartMethod::spawn, [] {
                Program program{.arguments = {"/bin/sh", "-c", "exit 5"}};
                program.descriptors.emplace(40, Descriptor(::dup(STDIN_FILENO)));
                program.descriptors.emplace(STDIN_FILENO, Descriptor(::dup(STDIN_FILENO)));
                for (const auto& [number, descriptor] : program.descriptors) {
                  if (!descriptor) throw std::system_error(EMFILE, std::generic_category());
                }
                return start_program(std::move(program)).join();
              });
            }),
            0);
}

/// The kernel tells of this limit by a signal that ends the process: it is asked for before.
TEST(FileSizeLimitTest, NothingThatIsSharedIsLargerThanAFileMayBe) {
  EXPECT_EQ(in_a_copy([] {
              const rlimit small{1 << 15, 1 << 15};
              ::setrlimit(RLIMIT_FSIZE, &small);
              const auto is_refused = [](const std::function<void()>& call) {
                try {
                  call();
                } catch (const std::system_error& error) {
                  return error.code() == std::errc::file_too_large;
                }
                return false;
              };
              auto [here, there] = pipe();
              if (!is_refused([] { (void)SharedMemory::create((1 << 15) + 1); })) return 1;
              if (!is_refused([] { const Queue<int> queue(10'000); })) return 2;
              if (!is_refused([&] { here.send_bytes(std::string(1 << 16, 'x')); })) return 3;
              if (!is_refused([] { (void)Context(StartMethod::spawn).start("byte_sum", std::string(1 << 16, 'x')); })) return 4;
              here.send_bytes("short");
              if (there.recv_bytes() != "short") return 5;
              const rlimit none{0, 1 << 15};
              ::setrlimit(RLIMIT_FSIZE, &none);
              return is_refused([] { (void)NamedSemaphore(create_only, "file-size-limit-test", 1); }) ? 0 : 6;
            }),
            0);
}

TEST_P(LimitTest, NoProcessLeft) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  EXPECT_EQ(in_a_copy([] {
              Context context = GetParam().context();
              const rlimit none{0, 0};
              if (::setrlimit(RLIMIT_NPROC, &none) != 0 || ::setresuid(65534, 65534, 65534) != 0) return 2;
              const int before = count_descriptors();
              try {
                context.start("nothing");
                return 3;
              } catch (const std::system_error& error) {
                if (error.code() != std::errc::resource_unavailable_try_again) return 4;
              }
              return count_descriptors() == before && !has_children() ? 0 : 5;
            }),
            0);
}

TEST_P(LimitTest, SixtyFourMegabytesOfArguments) {
  std::string bytes(std::size_t{64} << 20, 'a');
  bytes.back() = 'z';
  EXPECT_EQ(context_.start("byte_sum", std::move(bytes)).join(), 0);
}

TEST_P(LimitTest, X13_HandlersRunAroundEveryFork) {
  EXPECT_EQ(in_a_copy([] {
              static std::string order;
              static int refusals = 2;
              at_fork({[] { return order += "1", true; }, [] { order += "a"; }, [] { order += "x"; }});
              at_fork({[] { return order += "2", refusals-- <= 0 ? true : (order += "!", false); }, [] { order += "b"; }, nullptr});
              at_fork({[] { return order += "3", true; }, [] { order += "c"; }, [] { order += "z"; }});
              const pid_t child = ::fork();
              if (child == 0) ::_exit(order == "32!c32!c321xz" ? 0 : 1);
              int status = 0;
              ::waitpid(child, &status, 0);
              if (status != 0) return 1;
              if (order != "32!c32!c321abc") return 2;
              order.clear();
              return Context(StartMethod::fork).start("nothing").join() == 0 && order == "321abc" ? 0 : 3;
            }),
            0);
}

}  // namespace
}  // namespace proberen::ipc
