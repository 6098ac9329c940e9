// SPDX-License-Identifier: BSD-3-Clause
#include "tune/session.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <sstream>

#include "tune/worker.h"

namespace switchblas::tune {

std::atomic<bool> interrupt_requested{false};

namespace {

constexpr double kStartSeconds = 30;
constexpr double kIdleSeconds = 20;  // beyond what the work takes: it hangs

std::string call_words(const Subject& subject, const Sizes& sizes, const std::vector<Arm>& arms) {
  const Placement placement = placement_of(subject, sizes);
  const Shape shape = shape_of(*subject.family, sizes);
  std::ostringstream out;
  out << subject.family->name << ' ' << subject.type << ' '
      << (subject.flags.empty() ? "-" : subject.flags) << ' ' << placement.padding << ' '
      << placement.offset << ' ' << shape.m << ' ' << shape.n << ' ' << shape.k;
  for (const Arm& arm : arms) out << ' ' << static_cast<int>(arm.kind) << ':' << arm.threads;
  return out.str();
}

[[noreturn]] void become_worker(const std::vector<char*>& arguments,
                                const std::vector<char*>& variables, int in, int out, int err,
                                int mark, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  // The terminal's interrupt is for the parent to act on.
  signal(SIGINT, SIG_IGN);
  signal(SIGPIPE, SIG_DFL);
  dup2(in, 0);
  dup2(out, 1);
  dup2(err, 2);
  dup2(mark, kMarkDescriptor);
  execve("/proc/self/exe", arguments.data(), variables.data());
  _exit(127);
}

/// A file without a name; above the numbers that the worker is given.
int memory_file(const char* name) {
  const int file = memfd_create(name, MFD_CLOEXEC);
  const int moved = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, 10);
  if (file >= 0) close(file);
  if (moved < 0) throw std::runtime_error(std::string("no memory file: ") + strerror(errno));
  return moved;
}

struct Ends {
  int read = -1, write = -1;
};

Ends make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    throw std::runtime_error(std::string("no pipe can be made: ") + strerror(errno));
  }
  Ends result = {fcntl(ends[0], F_DUPFD_CLOEXEC, 10), fcntl(ends[1], F_DUPFD_CLOEXEC, 10)};
  close(ends[0]);
  close(ends[1]);
  return result;
}

std::string last_line_of(int file) {
  char text[2001];
  const off_t size = lseek(file, 0, SEEK_END);
  const ssize_t count = pread(file, text, 2000, size > 2000 ? size - 2000 : 0);
  std::string said(text, count > 0 ? static_cast<std::size_t>(count) : 0);
  while (!said.empty() && said.back() == '\n') said.pop_back();
  const std::size_t begin = said.rfind('\n');
  return begin == std::string::npos ? said : said.substr(begin + 1);
}

}  // namespace

Session::Session(const LibraryChoice& openblas, const LibraryChoice& blis)
    : openblas_(openblas), blis_(blis) {
  mark_file_ = memory_file("switchblas-mark");
  error_file_ = memory_file("switchblas-errors");
  void* memory =
      ftruncate(mark_file_, sizeof(int)) != 0
          ? MAP_FAILED
          : mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, mark_file_, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no shared memory can be had");
  mark_ = static_cast<int*>(memory);
  signal(SIGPIPE, SIG_IGN);
  start();
}

Session::~Session() {
  stop();
  munmap(mark_, sizeof(int));
  close(mark_file_);
  close(error_file_);
}

void Session::start() {
  std::vector<std::string> words = {"switchblas",     "tune-worker", openblas_.path,
                                    openblas_.kernel, blis_.path,    blis_.kernel};
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (words[i].empty()) words[i].assign(1, '-');
  }
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<char*> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    // A preloaded BLAS would catch the calls inside the libraries.
    if (strncmp(*entry, "LD_PRELOAD=", 11) != 0) variables.push_back(*entry);
  }
  variables.push_back(nullptr);

  const Ends in = make_pipe();
  const Ends out = make_pipe();
  *mark_ = -1;
  pending_.clear();
  const pid_t parent = getpid();
  child_ = fork();
  if (child_ == 0) {
    become_worker(arguments, variables, in.read, out.write, error_file_, mark_file_, parent);
  }
  close(in.read);
  close(out.write);
  to_ = in.write;
  from_ = out.read;
  if (child_ < 0) throw std::runtime_error(std::string("no process: ") + strerror(errno));
  std::string hello;
  while (hello.rfind("hello ", 0) != 0) {
    const std::vector<std::string> lines = answer(kStartSeconds);
    if (lines.empty()) continue;
    hello = lines.back();
  }
  std::istringstream text(hello.substr(6));
  text >> versions_.openblas >> versions_.openblas_kernel >> versions_.blis >>
      versions_.blis_kernel;
}

void Session::stop() noexcept {
  for (int* end : {&to_, &from_}) {
    if (*end >= 0) close(*end);
    *end = -1;
  }
  if (child_ > 0) {
    kill(child_, SIGKILL);
    while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  child_ = -1;
}

void Session::died(const std::string& what) {
  std::string why = what;
  int status = 0;
  if (why.empty() && child_ > 0 && waitpid(child_, &status, 0) == child_) {
    child_ = -1;
    const std::string said = last_line_of(error_file_);
    why = WIFSIGNALED(status) ? std::string("killed by signal ") + strsignal(WTERMSIG(status))
                              : "ended with exit code " + std::to_string(WEXITSTATUS(status));
    if (!said.empty()) why.append(": ").append(said);
  }
  const int mark = *mark_;
  stop();
  throw WorkerDied(why, mark);
}

void Session::send(const std::string& line) {
  if (child_ < 0) start();
  const std::string text = line + "\n";
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = write(to_, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) died("");
    done += static_cast<std::size_t>(count);
  }
}

std::vector<std::string> Session::answer(double limit_seconds) {
  const double end = now_ns() + limit_seconds * 1e9;
  std::vector<std::string> lines;
  while (true) {
    for (std::size_t at = pending_.find('\n'); at != std::string::npos; at = pending_.find('\n')) {
      const std::string line = pending_.substr(0, at);
      pending_.erase(0, at + 1);
      if (line == "done") return lines;
      lines.push_back(line);
      if (line.rfind("hello ", 0) == 0) return lines;
    }
    if (interrupt_requested) {
      stop();
      throw Interrupted();
    }
    const double left = (end - now_ns()) / 1e6;
    if (left <= 0) died("no answer in time");
    pollfd stream = {from_, POLLIN, 0};
    const int ready = poll(&stream, 1, static_cast<int>(std::ceil(left)));
    if (ready <= 0) continue;
    char buffer[8192];
    const ssize_t count = read(from_, buffer, sizeof buffer);
    if (count == 0) died("");
    if (count > 0) pending_.append(buffer, static_cast<std::size_t>(count));
  }
}

CaseAnswer Session::run(const CaseRequest& request) {
  std::ostringstream line;
  line << "case " << request.sample_ns << ' ' << request.rounds << ' ' << (request.check ? 1 : 0)
       << ' ' << call_words(request.subject, request.sizes, request.arms);
  send(line.str());
  const double guess = guess_ns(request.subject, request.sizes) + request.sample_ns;
  const double limit =
      kIdleSeconds + 1e-9 * 40 * guess * request.rounds * static_cast<double>(request.arms.size());
  CaseAnswer result;
  result.timings.resize(request.arms.size());
  for (const std::string& text : answer(limit)) {
    std::istringstream words(text);
    std::string verb;
    std::size_t i = 0;
    words >> verb >> i;
    if (i >= request.arms.size()) continue;
    if (verb == "timing") {
      Timing& timing = result.timings[i];
      words >> timing.ns >> timing.spread >> timing.rounds;
    } else if (verb == "differs") {
      double apart = 0;
      words >> apart;
      result.differing.emplace_back(i, apart);
    }
  }
  return result;
}

StreamAnswer Session::run(const std::vector<StreamCall>& calls, double seconds) {
  StreamAnswer result;
  if (calls.empty()) return result;
  for (const StreamCall& call : calls) {
    send("add " + call_words(call.subject, call.sizes, call.arms));
    answer(kIdleSeconds);
  }
  result.passes.resize(calls[0].arms.size());
  result.singles.resize(calls[0].arms.size(), std::vector<double>(calls.size()));
  send("stream " + std::to_string(seconds) + " 11");
  for (const std::string& text : answer(seconds + 3 * kIdleSeconds)) {
    std::istringstream words(text);
    std::string verb;
    std::size_t policy = 0;
    words >> verb >> policy;
    if (policy >= result.passes.size()) continue;
    if (verb == "pass") {
      double ns = 0;
      words >> ns;
      result.passes[policy].push_back(ns);
    } else if (verb == "single") {
      std::size_t call = 0;
      double ns = 0;
      words >> call >> ns;
      if (call < calls.size()) result.singles[policy][call] = ns;
    }
  }
  return result;
}

}  // namespace switchblas::tune
