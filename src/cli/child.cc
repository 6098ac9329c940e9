// SPDX-License-Identifier: BSD-3-Clause
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "cli/command.h"

namespace switchblas::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
      throw Failure(kFailed, std::string("no pipe can be made: ") + strerror(errno));
    }
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    close_end(read_end);
    close_end(write_end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  static void close_end(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
};

bool is_variable(const char* entry, const std::string& name) {
  return strncmp(entry, name.c_str(), name.size()) == 0 && entry[name.size()] == '=';
}

std::vector<char*> environment_without(const std::vector<std::string>& without) {
  std::vector<char*> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const bool left_out = std::any_of(without.begin(), without.end(), [&](const std::string& name) {
      return is_variable(*entry, name);
    });
    if (!left_out) kept.push_back(*entry);
  }
  kept.push_back(nullptr);
  return kept;
}

[[noreturn]] void become(char* const* arguments, char* const* variables, const Pipe& out,
                         const Pipe& err, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kFailed);
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  const int input = open("/dev/null", O_RDONLY);
  dup2(input, 0);
  dup2(out.write_end, 1);
  dup2(err.write_end, 2);
  execve("/proc/self/exe", arguments, variables);
  _exit(kNotFound);
}

/// False at the end of the stream.
bool take(int from, std::string& text) {
  char buffer[4096];
  const ssize_t count = read(from, buffer, sizeof buffer);
  if (count < 0) return errno == EINTR;
  text.append(buffer, static_cast<std::size_t>(count));
  return count > 0;
}

/// Reads both streams to their ends; false where the time was up before.
bool collect(Pipe& out, Pipe& err, Clock::time_point deadline, ChildResult& result) {
  while (out.read_end >= 0 || err.read_end >= 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd streams[2] = {{out.read_end, POLLIN, 0}, {err.read_end, POLLIN, 0}};
    if (poll(streams, 2, static_cast<int>(left.count())) < 0 && errno != EINTR) return false;
    if (streams[0].revents != 0 && !take(out.read_end, result.out)) Pipe::close_end(out.read_end);
    if (streams[1].revents != 0 && !take(err.read_end, result.err)) Pipe::close_end(err.read_end);
  }
  return true;
}

}  // namespace

std::string ChildResult::ending() const {
  if (timed_out) return "no answer in time";
  if (signal != 0) {
    const char* name = strsignal(signal);
    return "killed by signal " + std::to_string(signal) + " (" + (name != nullptr ? name : "?") +
           ")";
  }
  return "exit code " + std::to_string(exit_code);
}

ChildResult run_self(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& without, std::chrono::milliseconds limit) {
  std::vector<std::string> words = {"switchblas"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const std::vector<char*> variables = environment_without(without);

  ChildResult result;
  Pipe out;
  Pipe err;
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    throw Failure(kFailed, std::string("no process can be started: ") + strerror(errno));
  }
  if (child == 0) become(pointers.data(), variables.data(), out, err, parent);
  Pipe::close_end(out.write_end);
  Pipe::close_end(err.write_end);
  if (!collect(out, err, Clock::now() + limit, result)) {
    result.timed_out = true;
    kill(child, SIGKILL);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

}  // namespace switchblas::cli
