// SPDX-License-Identifier: BSD-3-Clause
// The parent's side of the worker (worker.h): starts it, asks it, and starts it again where it
// died. Used from one thread.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "tune/arms.h"
#include "tune/libraries.h"
#include "tune/measure.h"
#include "tune/shapes.h"

namespace switchblas::tune {

/// The user wants no more (interrupt_requested).
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// The worker crashed, hung or could not load a library.
class WorkerDied : public std::runtime_error {
 public:
  WorkerDied(const std::string& what, int mark) : std::runtime_error(what), mark_(mark) {}
  /// The position of the arm whose code was running; -1: none.
  int mark() const noexcept { return mark_; }

 private:
  int mark_;
};

/// Set by the handler of SIGINT and SIGTERM.
extern std::atomic<bool> interrupt_requested;

struct Versions {
  std::string openblas, openblas_kernel, blis, blis_kernel;
};

struct CaseRequest {
  Subject subject;
  Sizes sizes;
  std::vector<Arm> arms;
  double sample_ns = 0;
  int rounds = 0;
  bool check = false;  // compare results
};

struct CaseAnswer {
  std::vector<Timing> timings;  // one for each arm
  std::vector<std::pair<std::size_t, double>>
      differing;  // arms whose results differ, and by how much
};

struct StreamCall {
  Subject subject;
  Sizes sizes;
  std::vector<Arm> arms;  // of each policy
};

struct StreamAnswer {
  std::vector<std::vector<double>> passes;   // by policy: nanoseconds of each pass
  std::vector<std::vector<double>> singles;  // by policy and call: median nanoseconds
};

class Session {
 public:
  Session(const LibraryChoice& openblas, const LibraryChoice& blis);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Versions& versions() const { return versions_; }
  CaseAnswer run(const CaseRequest& request);
  StreamAnswer run(const std::vector<StreamCall>& calls, double seconds);

 private:
  void start();
  void stop() noexcept;
  void send(const std::string& line);
  /// The lines up to "done".
  std::vector<std::string> answer(double limit_seconds);
  [[noreturn]] void died(const std::string& what);

  LibraryChoice openblas_, blis_;
  Versions versions_;
  pid_t child_ = -1;
  int to_ = -1, from_ = -1;
  std::string pending_;
  int* mark_ = nullptr;
  int mark_file_ = -1, error_file_ = -1;
};

}  // namespace switchblas::tune
