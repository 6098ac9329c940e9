// SPDX-License-Identifier: BSD-3-Clause
// switchblas report (hidden): loads the library as a program would and prints what it says of
// itself. A process of its own, so that a library that crashes does not take doctor with it.
#include <dlfcn.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdio>
#include <string>

#include "cli/command.h"
#include "cli/install.h"

namespace switchblas::cli {
namespace {

int report() {
  void* library = dlopen(preload_library().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = dlerror();
    throw Failure(kFailed, why != nullptr ? why : "the library cannot be loaded");
  }
  const auto write =
      reinterpret_cast<std::size_t (*)(char*, std::size_t)>(dlsym(library, "switchblas_report"));
  if (write == nullptr) {
    throw Failure(kFailed, preload_library().string() + " has no switchblas_report");
  }
  std::string text(1 << 14, '\0');
  std::size_t length = write(text.data(), text.size());
  if (length >= text.size()) {
    text.resize(length + 1);
    length = write(text.data(), text.size());
  }
  text.resize(length);
  std::printf("%s\n", text.c_str());
  return kDone;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand("report", "Prints the library's own report as JSON");
  verb->group("");
  verb->callback([&action] { action = report; });
}

}  // namespace switchblas::cli
