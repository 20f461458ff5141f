#include "fuzz/worker.hpp"

#include <cerrno>
#include <cstring>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proberen/run_failure.hpp"
#include "proberen/thread_runner.hpp"

namespace proberen::fuzz {
namespace {

constexpr std::size_t kMessageLimit = 128 * 1024;

bool send_message(int channel, const std::string& text) {
  return ::send(channel, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

/// Empty at the end of the channel.
std::string receive_message(int channel) {
  std::string text(kMessageLimit, '\0');
  ssize_t size = 0;
  do {
    size = ::recv(channel, text.data(), text.size(), 0);
  } while (size < 0 && errno == EINTR);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

/// Request: `<seed> <repetitions> <scenario>`. Reply: `<histories> <operations> <stuck> <failed>` and, when failed, a record on the next
/// line.
std::string serve(const Subject& subject, ThreadRunner& runner, const std::string& request) {
  std::istringstream words(request);
  std::uint64_t seed = 0;
  int repetitions = 0;
  words >> seed >> repetitions;
  const Scenario scenario = Scenario::parse(request.substr(static_cast<std::size_t>(words.tellg())));
  std::uint64_t histories = 0;
  std::uint64_t operations = 0;
  std::optional<Failure> failure;
  while (repetitions-- > 0 && !failure && !runner.abandoned()) {
    const ScenarioRun run = runner.run(subject, scenario, {.seed = seed++});
    ++histories;
    operations += run.history.entries.size();
    failure = failure_of(subject, run);
  }
  std::ostringstream reply;
  reply << histories << ' ' << operations << ' ' << runner.abandoned() << ' ' << failure.has_value() << '\n';
  if (failure) {
    Record record;
    record.subject = subject.name;
    record.method = "fuzz";
    record.verdict = Verdict::kFail;
    record.failure = std::move(failure);
    reply << to_json(record);
  }
  return reply.str();
}

[[noreturn]] void work(const Subject& subject, int channel) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  constexpr int kMostThreads = 8;
  // Leaked on purpose: threads that are blocked for ever go on using it.
  auto* const runner = new ThreadRunner(kMostThreads);
  for (;;) {
    const std::string request = receive_message(channel);
    if (request.empty()) ::_exit(0);
    if (!send_message(channel, serve(subject, *runner, request)) || runner->abandoned()) ::_exit(0);
  }
}

Failure death(int status, bool timed_out) {
  Failure failure;
  failure.kind = timed_out ? "hang" : "crash";
  if (timed_out) {
    failure.message = "the calls neither ended nor blocked: they were stopped after their time limit";
  } else if (WIFSIGNALED(status)) {
    failure.message = std::string("the process was killed by signal ") + ::strsignal(WTERMSIG(status));
  } else {
    failure.message = "the process ended with exit status " + std::to_string(WEXITSTATUS(status)) + " while it ran the calls";
  }
  return failure;
}

}  // namespace

void Worker::start() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  child_ = ::fork();
  if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child_ == 0) {
    ::close(ends[0]);
    work(subject_, ends[1]);
  }
  ::close(ends[1]);
  channel_ = ends[0];
  ++started_;
}

/// Ends the child and says how it ended.
int Worker::stop() {
  if (child_ < 0) return 0;
  int status = 0;
  ::close(channel_);
  // A healthy child ends at the end of its channel; one that is stuck has said so and is ending; one that hangs has to be killed.
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  return status;
}

Trial Worker::run(const Scenario& scenario, std::uint64_t seed, int repetitions, std::chrono::milliseconds limit) {
  Trial trial;
  while (repetitions > 0 && !trial.failure) {
    if (child_ < 0) start();
    std::string reply;
    bool timed_out = false;
    if (send_message(channel_, std::to_string(seed) + ' ' + std::to_string(repetitions) + ' ' + scenario.text())) {
      pollfd ready{channel_, POLLIN, 0};
      int count = 0;
      do {
        count = ::poll(&ready, 1, static_cast<int>(limit.count()));
      } while (count < 0 && errno == EINTR);
      timed_out = count == 0;
      if (!timed_out) reply = receive_message(channel_);
    }
    if (reply.empty()) {
      // Let a dying child finish dying, so that its own signal is what is told.
      if (!timed_out) {
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOWAIT);
      }
      trial.failure = death(stop(), timed_out);
      return trial;
    }
    std::istringstream words(reply);
    std::uint64_t histories = 0;
    std::uint64_t operations = 0;
    bool failed = false;
    words >> histories >> operations >> trial.stuck >> failed;
    trial.histories += histories;
    trial.operations += operations;
    repetitions -= static_cast<int>(histories);
    seed += histories;
    if (failed) trial.failure = record_from_json(reply.substr(reply.find('\n') + 1)).failure;
    if (trial.stuck) stop();
  }
  return trial;
}

}  // namespace proberen::fuzz
