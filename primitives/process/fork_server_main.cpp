#include <algorithm>
#include <array>
#include <charconv>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <tuple>

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/child.hpp"
#include "primitives/process/close_others.hpp"
#include "primitives/process/fork_server.hpp"
#include "primitives/process/packet.hpp"
#include "primitives/process/setup.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// Makes copies of the pages that this process shares with the one that it was forked from, so that its first writes need not wait for
/// them. Of small mappings only: of the stack, the heap's beginning and the libraries' data, and not of what a preload has loaded.
void populate_small_mappings() {
  constexpr std::uintptr_t kSmallBytes = std::uintptr_t{2} << 20;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char access[5] = "";
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &begin, &end, access) != 3) continue;
    if (access[0] != 'r' || access[1] != 'w' || access[3] != 'p' || end - begin > kSmallBytes) continue;
    // A kernel before 5.14 refuses, and then they are made when they are needed.
    ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
  }
}

/// A request that has been received.
struct Request {
  Descriptor report;
  Packet packet;
};

/// One thread, one loop; whatever it opens, a child closes before it runs its entry.
class Server {
 public:
  Server(Descriptor channel, Descriptor creator) : channel_(std::move(channel)), creator_(std::move(creator)) {
    ::sigemptyset(&child_ended_);
    ::sigaddset(&child_ended_, SIGCHLD);
    keep_ended_children();
    signals_.reset(above_standard(::signalfd(-1, &child_ended_, SFD_CLOEXEC | SFD_NONBLOCK)));
    if (!signals_) throw_errno("the fork server cannot watch its children");
    // Ctrl-C is for the creator, which ends this process when it goes.
    ::signal(SIGINT, SIG_IGN);
  }

  [[noreturn]] void run() {
    for (;;) {
      refill();
      // A negative descriptor is not polled: while there are idle children, requests are theirs.
      pollfd sources[] = {{idle_.empty() ? channel_.get() : -1, POLLIN, 0},
                          {signals_.get(), POLLIN, 0},
                          {taken_here_.get(), POLLIN, 0},
                          {creator_.get(), POLLIN, 0}};
      if (resumed([&] { return ::poll(sources, std::size(sources), -1); }) < 0) throw_errno("the fork server cannot wait");
      if (sources[3].revents != 0) ::_exit(0);
      if (sources[2].revents != 0) receive_taken();
      if (sources[1].revents != 0) reap();
      if (sources[0].revents != 0) serve();
    }
  }

 private:
  struct Child {
    pid_t pid;
    Descriptor report;
  };

  /// Those that have ended are to stay until reap(), which the signal calls.
  void keep_ended_children() const {
    struct sigaction action {};
    ::sigaction(SIGCHLD, nullptr, &action);
    if (action.sa_handler == SIG_IGN) action.sa_handler = SIG_DFL;
    action.sa_flags &= ~SA_NOCLDWAIT;
    ::sigaction(SIGCHLD, &action, nullptr);
    ::sigprocmask(SIG_BLOCK, &child_ended_, nullptr);
  }

  void reap() {
    // One read takes the signal, however many children it stands for.
    signalfd_siginfo ignored;
    (void)!::read(signals_.get(), &ignored, sizeof ignored);
    for (;;) {
      siginfo_t info{};
      if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) return;
      // An idle child that was taken has said so before it ended.
      if (is_idle(info.si_pid)) receive_taken();
      std::erase(idle_, info.si_pid);
      const Report::Kind kind = info.si_code == CLD_DUMPED ? Report::Kind::kEndedWithCore : Report::Kind::kEnded;
      std::erase_if(children_, [&](const Child& child) {
        if (child.pid != info.si_pid) return false;
        send_report(child.report.get(), {kind, exit_code_of(info)});
        return true;
      });
    }
  }

  [[nodiscard]] bool is_idle(pid_t pid) const { return std::find(idle_.begin(), idle_.end(), pid) != idle_.end(); }

  /// The idle children that have become children since.
  void receive_taken() {
    for (;;) {
      pid_t pid = -1;
      pollfd ready{taken_here_.get(), POLLIN, 0};
      if (::poll(&ready, 1, 0) != 1) return;
      Packet packet = receive_packet(taken_here_.get(), {reinterpret_cast<char*>(&pid), sizeof pid});
      if (packet.size != sizeof pid) return;
      std::erase(idle_, pid);
      if (!packet.descriptors.empty()) children_.push_back({pid, std::move(packet.descriptors.front())});
    }
  }

  /// Receives a request; nothing in one that cannot be answered, or has been answered because it did not fit.
  std::optional<Request> receive() {
    Packet packet = receive_packet(channel_.get(), request_);
    if (packet.size == 0) ::_exit(0);
    if (packet.descriptors.empty()) return std::nullopt;  // that side sees the end of its socket
    Descriptor report = std::move(packet.descriptors.front());
    packet.descriptors.erase(packet.descriptors.begin());
    if (packet.truncated) {
      send_report(report.get(), {Report::Kind::kFailed, EMFILE});
      return std::nullopt;
    }
    return Request{std::move(report), std::move(packet)};
  }

  void serve() {
    std::optional<Request> request = receive();
    if (!request) return;
    if (request_.front() == kSetUpFollows) return set_up(*request);
    if (const int threads = count_threads(); threads > 1) {
      send_report(request->report.get(), {Report::Kind::kThreads, threads});
      return;
    }
    const pid_t pid = ::fork();
    if (pid < 0) {
      send_report(request->report.get(), {Report::Kind::kFailed, errno});
    } else if (pid == 0) {
      become_child(std::move(*request), Descriptor(open_pidfd(::getpid())));
    } else {
      children_.push_back({pid, std::move(request->report)});
    }
  }

  void set_up(const Request& request) {
    std::string_view text(request_.data() + 1, request.packet.size - 1);
    const auto line = [&] {
      const std::string_view taken = text.substr(0, text.find('\n'));
      text.remove_prefix(taken.size() + 1);
      return taken;
    };
    const std::string_view number = line();
    std::from_chars(number.data(), number.data() + number.size(), idle_wanted_);
    Report report{Report::Kind::kReady, 0};
    std::string problem;
    while (!text.empty() && problem.empty()) problem = run_preload(line());
    keep_ended_children();
    if (!problem.empty()) {
      report.kind = Report::Kind::kNotReady;
    } else if (const int error = idle_wanted_ > 0 ? open_taken() : 0; error != 0) {
      report = {Report::Kind::kFailed, error};
      problem = "cannot open a socket for idle children";
    }
    problem.resize(std::min(problem.size(), kMostLastWords));
    send_report(request.report.get(), report, {}, problem);
  }

  /// What went wrong; "" for nothing.
  static std::string run_preload(std::string_view name) {
    const std::string who = "preload '" + std::string(name) + "' ";
    const Entry* const entry = find_entry(name);
    if (entry == nullptr) return who + "is not registered there: is it in a library that is loaded late?";
    try {
      std::tuple<> none;
      const int code = entry->call(&none);
      return code == 0 ? "" : who + "returned " + std::to_string(code);
    } catch (const std::exception& exception) {
      return who + "threw: " + exception.what();
    } catch (...) {
      return who + "threw something that is not a std::exception";
    }
  }

  /// 0, or the error.
  int open_taken() {
    try {
      std::tie(taken_here_, taken_there_) = packet_sockets("");
    } catch (const std::system_error& error) {
      return error.code().value();
    }
    return 0;
  }

  /// As many idle children as are wanted. Where the kernel refuses one, or a thread stands in the way, requests come to the server, which
  /// says why they fail.
  void refill() {
    while (idle_.size() < idle_wanted_) {
      if (count_threads() > 1) return;
      const pid_t pid = ::fork();
      if (pid < 0) return;
      if (pid == 0) wait_idle();
      idle_.push_back(pid);
    }
  }

  /// An idle child: receives one request, and becomes its child.
  [[noreturn]] void wait_idle() {
    const pid_t pid = ::getpid();
    // Safe here, unlike elsewhere: the server has one thread, which ends with it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != server_) ::_exit(0);
    signals_.reset();
    taken_here_.reset();
    children_.clear();
    populate_small_mappings();
    for (;;) {
      Descriptor pidfd(open_pidfd(pid));
      std::optional<Request> request = receive();
      if (!request) continue;
      ::prctl(PR_SET_PDEATHSIG, 0);
      const int error =
          pidfd ? send_packet(taken_there_.get(), {reinterpret_cast<const char*>(&pid), sizeof pid}, {}, std::array{request->report.get()})
                : EMFILE;
      if (error != 0) {
        send_report(request->report.get(), {Report::Kind::kFailed, error});
        ::_exit(1);
      }
      become_child(std::move(*request), std::move(pidfd));
    }
  }

  [[noreturn]] void become_child(Request request, Descriptor pidfd) {
    const auto refuse = [&](int error, std::string_view text = {}) {
      send_report(request.report.get(), {Report::Kind::kFailed, error}, {}, text);
      ::_exit(1);
    };
    if (!pidfd) refuse(errno);
    const std::string bytes = take_bytes(request);
    if (const std::string_view options = options_of(bytes); !options.empty()) {
      Setup& setup = *new Setup(options_from(options));  // its environment stays
      if (const SetupFailure failure = setup.apply()) refuse(failure.error, setup.problem(failure));
    }
    // Nobody waits for a child whose creator has gone.
    if (send_report(request.report.get(), {Report::Kind::kStarted, ::getpid()}, std::array{pidfd.get()}) != 0) ::_exit(1);
    pidfd.reset();
    ::signal(SIGINT, SIG_DFL);
    ::sigprocmask(SIG_UNBLOCK, &child_ended_, nullptr);
    leave_on_socket(request.report.get());
    run(request, bytes);
  }

  std::string take_bytes(Request& request) {
    if (request_.front() == kBytesFollow) return {request_.data() + 1, request.packet.size - 1};
    const Descriptor file = std::move(request.packet.descriptors.front());
    request.packet.descriptors.erase(request.packet.descriptors.begin());
    return read_memory_file(file);
  }

  /// What the server has opened for itself.
  void close_own() {
    channel_.reset();
    signals_.reset();
    taken_here_.reset();
    taken_there_.reset();
    children_.clear();
  }

  [[noreturn]] void run(Request& request, std::string_view bytes) {
    if (birth_of(bytes).keep_descriptors) {
      close_own();
    } else {
      std::vector<int> kept{request.report.get(), creator_.get()};
      for (const Descriptor& descriptor : request.packet.descriptors) kept.push_back(descriptor.get());
      std::sort(kept.begin(), kept.end());
      close_others(kept);
    }
    end_child(run_payload(bytes, request.packet.descriptors, std::move(creator_)));
  }

  const pid_t server_ = ::getpid();
  Descriptor channel_;
  Descriptor creator_;
  Descriptor signals_;
  /// With idle children: where those that are taken say so, and their end of it.
  Descriptor taken_here_;
  Descriptor taken_there_;
  sigset_t child_ended_{};
  std::size_t idle_wanted_ = 0;
  std::vector<pid_t> idle_;
  std::vector<Child> children_;
  std::array<char, 1 + kMostRequestBytes> request_;
};

}  // namespace

void run_fork_server(Descriptor channel, Descriptor creator) { Server(std::move(channel), std::move(creator)).run(); }

}  // namespace proberen::ipc::detail
