// SPDX-License-Identifier: BSD-3-Clause
// switchblas run: starts a program with the library in front of any other BLAS.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/install.h"

namespace switchblas::cli {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  std::string backend;
  std::string table;
  int threads = 0;
  int verbose = 0;
};

std::string readable_file(const std::string& name, const char* what) {
  std::error_code error;
  const fs::path path = fs::absolute(name, error);
  if (error || !fs::is_regular_file(path, error) || access(path.c_str(), R_OK) != 0) {
    throw Failure(kUsage, std::string(what) + " " + name + " cannot be read");
  }
  return path.string();
}

std::string backend_value(const std::string& backend) {
  for (const char* known : {"auto", "openblas", "blis", "reference"}) {
    if (backend == known) return backend;
  }
  if (!fs::exists(backend)) {
    throw Failure(kUsage, "backend " + backend +
                              " is not known: use auto, openblas, blis, reference or the file of a "
                              "library");
  }
  return readable_file(backend, "library");
}

void put_in_front(const char* variable, const fs::path& path) {
  std::string value = path.string();
  const char* before = getenv(variable);
  if (before != nullptr && *before != '\0') value += std::string(":") + before;
  setenv(variable, value.c_str(), 1);
}

void prepare_environment(const RunOptions& options) {
  const fs::path library = preload_library();
  // The dynamic linker splits at both, and has no way to quote them.
  if (library.string().find_first_of(" :;") != std::string::npos) {
    throw Failure(kFailed, "the path " + library.string() +
                               " has a space, colon or semicolon, which LD_PRELOAD cannot hold: "
                               "install elsewhere");
  }
  put_in_front("LD_PRELOAD", library);
  put_in_front("LD_LIBRARY_PATH", drop_in_folder());
  if (!options.backend.empty()) {
    setenv("SWITCHBLAS_BACKEND", backend_value(options.backend).c_str(), 1);
  }
  if (!options.table.empty()) {
    setenv("SWITCHBLAS_TABLE", readable_file(options.table, "table").c_str(), 1);
  }
  if (options.threads > 0) {
    setenv("SWITCHBLAS_NUM_THREADS", std::to_string(options.threads).c_str(), 1);
  }
  if (options.verbose > 0) {
    setenv("SWITCHBLAS_VERBOSE", options.verbose > 1 ? "2" : "1", 1);
  }
}

int run(const RunOptions& options, std::vector<std::string> command) {
  if (command.empty()) throw Failure(kUsage, "run needs a command: switchblas run [--] CMD...");
  prepare_environment(options);
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  const int failure = errno;
  const std::string& name = command[0];
  if (failure == ENOENT) {
    const bool script = name.find('/') != std::string::npos && fs::exists(name);
    throw Failure(kNotFound,
                  name + (script ? ": its interpreter is not found" : ": command not found"));
  }
  throw Failure(kNotExecutable, name + ": cannot be executed: " + strerror(failure));
}

}  // namespace

std::vector<std::string> split_command(int& argc, char** argv) {
  if (argc < 2 || strcmp(argv[1], "run") != 0) return {};
  int end = 2;
  while (end < argc && argv[end][0] == '-' && strcmp(argv[end], "--") != 0) {
    bool has_value = false;
    for (const char* name : {"--backend", "--threads", "--table"}) {
      has_value = has_value || strcmp(argv[end], name) == 0;
    }
    end += has_value && end + 1 < argc ? 2 : 1;
  }
  const int begin = end < argc && strcmp(argv[end], "--") == 0 ? end + 1 : end;
  std::vector<std::string> command(argv + begin, argv + argc);
  argc = end;
  return command;
}

void add_run(CLI::App& app, Action& action, const std::vector<std::string>& command) {
  CLI::App* verb =
      app.add_subcommand("run", "Runs a command with its BLAS and LAPACK calls routed");
  const auto options = std::make_shared<RunOptions>();
  verb->footer("Form: switchblas run [OPTIONS] [--] CMD [ARGUMENTS]...");
  verb->add_option("--backend", options->backend,
                   "All calls to auto, openblas, blis, reference or a library FILE");
  verb->add_option("--threads", options->threads, "The most threads that a call may use")
      ->check(CLI::Range(1, 65535));
  verb->add_option("--table", options->table, "A compiled table to use");
  verb->add_flag("-v,--verbose", options->verbose, "Tells what was loaded; twice: details");
  verb->callback([options, command, &action] { action = [=] { return run(*options, command); }; });
}

}  // namespace switchblas::cli
