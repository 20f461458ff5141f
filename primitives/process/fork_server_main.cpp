#include <array>
#include <cstdlib>

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/child.hpp"
#include "primitives/process/fork_server.hpp"
#include "primitives/process/packet.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// One thread, one loop; whatever it opens, a child closes before it runs its entry.
class Server {
 public:
  explicit Server(int channel) : channel_(channel) {
    ::sigemptyset(&child_ended_);
    ::sigaddset(&child_ended_, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &child_ended_, nullptr);
    signals_.reset(::signalfd(-1, &child_ended_, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) throw_errno("the fork server cannot watch its children");
    // Ctrl-C is for the creator, which ends this process when it goes.
    ::signal(SIGINT, SIG_IGN);
  }

  [[noreturn]] void run() {
    for (;;) {
      pollfd sources[] = {{channel_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}};
      if (resumed([&] { return ::poll(sources, std::size(sources), -1); }) < 0) throw_errno("the fork server cannot wait");
      if (sources[1].revents != 0) reap();
      if (sources[0].revents != 0) serve();
    }
  }

 private:
  struct Child {
    pid_t pid;
    Descriptor report;
  };

  void reap() {
    // One read takes the signal, however many children it stands for.
    signalfd_siginfo ignored;
    (void)!::read(signals_.get(), &ignored, sizeof ignored);
    for (;;) {
      siginfo_t info{};
      if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) return;
      std::erase_if(children_, [&](const Child& child) {
        if (child.pid != info.si_pid) return false;
        send_report(child.report.get(), {Report::Kind::kEnded, exit_code_of(info)});
        return true;
      });
    }
  }

  void serve() {
    Packet packet = receive_packet(channel_.get(), request_);
    if (packet.size == 0) ::_exit(0);
    if (packet.descriptors.empty()) return;  // without a socket there is nobody to answer: that side sees the end of its socket
    Descriptor report = std::move(packet.descriptors.front());
    packet.descriptors.erase(packet.descriptors.begin());
    if (packet.truncated) {
      send_report(report.get(), {Report::Kind::kFailed, EMFILE});
      return;
    }
    const pid_t pid = ::fork();
    if (pid < 0) {
      send_report(report.get(), {Report::Kind::kFailed, errno});
    } else if (pid == 0) {
      become_child(std::move(report), std::move(packet));
    } else {
      children_.push_back({pid, std::move(report)});
    }
  }

  [[noreturn]] void become_child(Descriptor report, Packet packet) {
    const pid_t pid = ::getpid();
    Descriptor pidfd(open_pidfd(pid));
    if (!pidfd) {
      send_report(report.get(), {Report::Kind::kFailed, errno});
      ::_exit(1);
    }
    // Nobody waits for a child whose creator has gone.
    if (send_report(report.get(), {Report::Kind::kStarted, pid}, std::array{pidfd.get()}) != 0) ::_exit(1);
    pidfd.reset();
    report.reset();
    channel_.reset();
    signals_.reset();
    children_.clear();
    ::signal(SIGINT, SIG_DFL);
    ::sigprocmask(SIG_UNBLOCK, &child_ended_, nullptr);
    run_request(std::move(packet));
  }

  [[noreturn]] void run_request(Packet packet) {
    if (request_.front() == kBytesFollow) end_child(run_payload({request_.data() + 1, packet.size - 1}, packet.descriptors));
    const std::string bytes = read_memory_file(packet.descriptors.front());
    packet.descriptors.erase(packet.descriptors.begin());
    end_child(run_payload(bytes, packet.descriptors));
  }

  Descriptor channel_;
  Descriptor signals_;
  sigset_t child_ended_{};
  std::vector<Child> children_;
  std::array<char, 1 + kInlineLimit> request_;
};

}  // namespace

void run_fork_server(int channel) { Server(channel).run(); }

}  // namespace proberen::ipc::detail
