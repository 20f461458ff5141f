#include "stress/job.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress/places.hpp"
#include "stress/sanitizer.hpp"

namespace proberen::stress {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// An outcome travels as records, one a line: the first has the counts.
std::string to_lines(const JobOutcome& outcome) {
  Record record;
  record.subject = "job";
  record.method = "stress";
  record.counts = outcome.counts;
  record.verdict = Verdict::kPass;
  std::string lines = to_json(record) + '\n';
  record.counts.clear();
  record.verdict = Verdict::kFail;
  for (const Failure& failure : outcome.failures) {
    record.failure = failure;
    lines += to_json(record) + '\n';
  }
  return lines;
}

void add_lines(std::string& text, JobOutcome& outcome) {
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    Record record = record_from_json(text.substr(0, end));
    text.erase(0, end + 1);
    for (const auto& [name, count] : record.counts) outcome.counts[name] += count;
    if (!record.failure) continue;
    find_places(*record.failure);
    outcome.failures.push_back(std::move(*record.failure));
  }
}

void write_all(int descriptor, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(descriptor, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody reads any more
    done += static_cast<std::size_t>(written);
  }
}

std::string read_file(int descriptor) {
  std::string text(static_cast<std::size_t>(std::max<off_t>(::lseek(descriptor, 0, SEEK_END), 0)), '\0');
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

std::vector<std::string> last_lines(const std::string& text, std::size_t most) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (lines.size() > most) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most));
  return lines;
}

/// Reads what the child tells until it closes the channel or time is over. True when it closed the channel.
bool listen(int channel, Clock::time_point limit, JobOutcome& outcome) {
  std::string text;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(limit - Clock::now()).count();
    if (left <= 0) return false;
    pollfd ready{channel, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(std::min<long>(left, 1000))) <= 0) continue;
    char buffer[8192];
    const ssize_t size = ::read(channel, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return true;
    text.append(buffer, static_cast<std::size_t>(size));
    add_lines(text, outcome);
  }
}

}  // namespace

JobOutcome run_job(const std::function<int(const Tell&)>& work, Clock::time_point limit) {
  int channel[2];
  if (::pipe2(channel, O_CLOEXEC) != 0) fail("pipe2");
  const int words = ::memfd_create("stderr", MFD_CLOEXEC);
  if (words < 0) fail("memfd_create");
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(channel[0]);
    ::dup2(words, STDERR_FILENO);
    const auto tell = [&](const JobOutcome& outcome) { write_all(channel[1], to_lines(outcome)); };
    int status = EXIT_SUCCESS;
    try {
      status = work(tell);
    } catch (const std::exception& error) {
      Failure failure;
      failure.kind = "uncaught-exception";
      failure.message = error.what();
      tell({{}, {failure}, false});
    }
    // No destructors of the parent's objects, no threads to wait for: some may be blocked for ever.
    ::_exit(status);
  }
  ::close(channel[1]);
  JobOutcome outcome;
  const bool ended = listen(channel[0], limit, outcome);
  ::close(channel[0]);
  if (!ended) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const std::string text = read_file(words);
  ::close(words);
  for (Failure& failure : failures_in(text)) outcome.failures.push_back(std::move(failure));
  outcome.ended_itself = ended && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
  if (!outcome.ended_itself && outcome.failures.empty()) {
    Failure failure;
    failure.kind = ended ? "crash" : "hang";
    failure.message = "the process went on after its time";
    if (WIFSIGNALED(status) && ended) failure.message = std::string("the process was killed by signal ") + ::strsignal(WTERMSIG(status));
    if (WIFEXITED(status) && ended) failure.message = "the process ended with exit status " + std::to_string(WEXITSTATUS(status));
    failure.details = last_lines(text, 40);
    outcome.failures.push_back(std::move(failure));
  }
  return outcome;
}

}  // namespace proberen::stress
