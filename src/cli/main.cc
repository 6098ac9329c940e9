// SPDX-License-Identifier: BSD-3-Clause
// The switchblas command: takes the command line apart and runs one verb.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "base/options.h"
#include "cli/command.h"

namespace {

using switchblas::cli::Action;

std::string footer() {
  std::size_t count = 0;
  const switchblas::base::OptionInfo* options = switchblas::base::options_table(count);
  std::size_t width = 0;
  for (std::size_t i = 0; i < count; ++i) width = std::max(width, std::strlen(options[i].name));
  std::string text = "Environment:\n";
  for (std::size_t i = 0; i < count; ++i) {
    const auto& option = options[i];
    text += std::string("  ") + option.name +
            std::string(width + 2 - std::strlen(option.name), ' ') + option.value + "\n" +
            std::string(width + 4, ' ') + option.meaning + " Default: " + option.default_value +
            "\n";
  }
  return text +
         "\nExit codes: 0 done, 1 failed or unhealthy, 2 wrong usage; run: those of the command,\n"
         "126 where it cannot be executed, 127 where it is not found; tune: 130 after Ctrl-C.";
}

/// "switchblas doctor --help" for the verb that the command line named.
std::string help_command(const CLI::App& app) {
  std::string command = "switchblas";
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    command += " " + at->get_name();
  }
  return command + " --help";
}

int say_error(const char* what, int code) {
  std::fprintf(stderr, "switchblas: error: %s\n", what);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace switchblas::cli;
  CLI::App app(
      "Sends each BLAS and LAPACK call to the library and thread count that are best for it.",
      "switchblas");
  app.set_version_flag("--version", "switchblas " SWITCHBLAS_VERSION);
  app.require_subcommand(1);
  app.footer(footer());
  Action action;
  const std::vector<std::string> command = split_command(argc, argv);
  add_run(app, action, command);
  add_doctor(app, action);
  add_explain(app, action);
  add_table(app, action);
  add_tune(app, action);
  add_report(app, action);
  add_probe_kernel(app, action);
  add_tune_worker(app, action);
  try {
    app.parse(argc, argv);
    return action();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    const int code = say_error(error.what(), kUsage);
    std::fprintf(stderr, "see: %s\n", help_command(app).c_str());
    return code;
  } catch (const Failure& failure) {
    return say_error(failure.what(), failure.code());
  } catch (const std::exception& error) {
    return say_error(error.what(), kFailed);
  }
}
