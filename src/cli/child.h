// SPDX-License-Identifier: BSD-3-Clause
// Runs the command itself as a child process: what may crash, hang or print is done there. The
// child ends with its parent, leaves no core file and reads no input. Used from one thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace switchblas::cli {

struct ChildResult {
  int exit_code = -1;  ///< -1: ended by a signal, or never started
  int signal = 0;
  bool timed_out = false;
  std::string out;
  std::string err;

  /// "exit code 1", "killed by signal 4 (Illegal instruction)", "no answer in time".
  std::string ending() const;
};

/// Variables named in `without` are not passed on.
ChildResult run_self(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& without, std::chrono::milliseconds limit);

}  // namespace switchblas::cli
