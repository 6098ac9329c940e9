// SPDX-License-Identifier: BSD-3-Clause
// What the verbs of the command share: exit codes, the failure that ends one, and the functions
// that add each verb to the command line (one file per verb). stdout carries results, stderr talk.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace switchblas::cli {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,  // or unhealthy
  kUsage = 2,
  kInterrupted = 130,    // tune: by Ctrl-C, what was measured is kept
  kNotExecutable = 126,  // run: as shells have it
  kNotFound = 127,
};

/// Ends the verb: main() writes "switchblas: error: WHAT" and returns the code.
class Failure : public std::runtime_error {
 public:
  Failure(int code, const std::string& what) : std::runtime_error(what), code_(code) {}
  int code() const noexcept { return code_; }

 private:
  int code_;
};

/// What is left to do once the command line is understood; gives the exit code.
using Action = std::function<int()>;

/// Takes the words of run's command off the command line: from the first that is no option of ours
/// on, everything belongs to it.
std::vector<std::string> split_command(int& argc, char** argv);
void add_run(CLI::App& app, Action& action, const std::vector<std::string>& command);
void add_doctor(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_table(CLI::App& app, Action& action);
void add_tune(CLI::App& app, Action& action);
void add_tune_worker(CLI::App& app, Action& action);   // hidden: the tuner's child
void add_report(CLI::App& app, Action& action);        // hidden: doctor's child
void add_probe_kernel(CLI::App& app, Action& action);  // hidden: the probe's children

}  // namespace switchblas::cli
