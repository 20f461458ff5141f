/// A child process: what it says is kept, what it starts dies with it, and it ends within its limit.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace proberen::cli {

struct Command {
  std::vector<std::string> words;        ///< the program and its arguments
  std::vector<std::string> environment;  ///< `NAME=value`, beside what this process has
  bool fixed_addresses = false;          ///< without address space randomization, which ThreadSanitizer of GCC 12 may need
  std::chrono::milliseconds limit{0};    ///< after it the child is killed
  std::size_t keep_output = 16 * 1024;   ///< bytes of standard output that are kept, from its end
};

struct Outcome {
  int exit_status = -1;  ///< -1 when a signal ended it
  int signal = 0;        ///< 0 when it exited
  bool timed_out = false;
  std::string output;  ///< the end of its standard output
  std::string errors;  ///< the end of its standard error
  double duration_s = 0;

  [[nodiscard]] bool exited_with(int status) const { return !timed_out && signal == 0 && exit_status == status; }
};

/// The last `count` lines that are not blank.
[[nodiscard]] std::vector<std::string> last_lines(const std::string& text, std::size_t count);

class Child {
 public:
  /// Throws std::system_error when no process can be made. A program that cannot be executed is an exit status of 127.
  explicit Child(const Command& command);
  /// Kills it with all of its process group.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill();
  /// Passes a signal on, and gives it so much time to end. Nothing when it has ended.
  void ask_to_end(int signal, std::chrono::milliseconds grace);
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const Outcome& outcome() const { return outcome_; }

 private:
  friend bool wait_for_children(std::span<Child* const> children, int also);

  /// A pipe from the child; the end of what came through is kept.
  struct Stream {
    int descriptor = -1;
    std::size_t keep = 0;
    std::string text;
    void read();
    void close();
  };

  void start(const Command& command, int output, int errors);
  void reap();

  pid_t pid_ = -1;
  int pidfd_ = -1;
  Stream output_;
  Stream errors_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point deadline_;
  bool ended_ = false;
  Outcome outcome_;
};

/// Waits until a child ended or the descriptor `also` (-1: none) can be read, and says whether the latter; kills children that passed their
/// limits.
bool wait_for_children(std::span<Child* const> children, int also);

/// Runs a command from start to end.
[[nodiscard]] Outcome run_to_end(const Command& command);

}  // namespace proberen::cli
