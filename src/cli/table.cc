// SPDX-License-Identifier: BSD-3-Clause
// switchblas table: lists, shows, compares, checks and compiles tables.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/tables.h"
#include "table/compile.h"
#include "table/open.h"

namespace switchblas::cli {
namespace {

struct Files {
  std::string source;
  std::string target;
  std::string checked;
  std::string shown;
  std::string first;
  std::string second;
  bool json = false;
};

int compile(const Files& files) {
  for (const std::string& warning : table::compile_file(files.source, files.target)) {
    std::fprintf(stderr, "switchblas: warning: %s\n", warning.c_str());
  }
  return kDone;
}

int check(const std::string& file) {
  const table::Opened opened = table::open_table(file.c_str());
  if (opened.table == nullptr) {
    char message[1024];
    table::open_message(opened, file.c_str(), message, sizeof message);
    throw Failure(kFailed, message);
  }
  const table::Header& header = *opened.table;
  std::printf("%s: table %s, %u routines, for %s", file.c_str(), header.name, header.routines,
              header.core[0] != '\0' ? header.core : "any core");
  if (header.cores != 0) std::printf(" with %u cores", header.cores);
  std::printf(", made with OpenBLAS %s, BLIS %s\n",
              header.openblas_version[0] != '\0' ? header.openblas_version : "(any)",
              header.blis_version[0] != '\0' ? header.blis_version : "(any)");
  table::close_table(opened.table);
  return kDone;
}

}  // namespace

void add_table(CLI::App& app, Action& action) {
  CLI::App* verb =
      app.add_subcommand("table", "Lists, shows, compares, checks and compiles tables");
  verb->require_subcommand(1);
  const auto files = std::make_shared<Files>();
  CLI::App* lister = verb->add_subcommand(
      "list", "Lists the tables that are asked on this machine, and those that are built in");
  lister->add_flag("--json", files->json, "Prints JSON");
  lister->callback([files, &action] { action = [=] { return list_tables(files->json); }; });
  CLI::App* shower = verb->add_subcommand("show", "Shows what a table says");
  shower->add_option("FILE", files->shown, "A table, source or compiled, or a built-in one's name")
      ->required();
  shower->add_flag("--json", files->json, "Prints JSON");
  shower->callback(
      [files, &action] { action = [=] { return show_table(files->shown, files->json); }; });
  CLI::App* differ =
      verb->add_subcommand("diff", "Compares what two tables choose, routine by routine");
  differ->add_option("A", files->first, "A table, as show takes it")->required();
  differ->add_option("B", files->second, "Another one")->required();
  differ->add_flag("--json", files->json, "Prints JSON");
  differ->callback([files, &action] {
    action = [=] { return diff_tables(files->first, files->second, files->json); };
  });
  CLI::App* compiler = verb->add_subcommand("compile", "Compiles a table for the library to map");
  compiler->add_option("IN.toml", files->source, "The source form")->required();
  compiler->add_option("OUT.sbt", files->target, "The compiled table")->required();
  compiler->callback([files, &action] { action = [=] { return compile(*files); }; });
  CLI::App* checker =
      verb->add_subcommand("check", "Checks a compiled table and says what it is for");
  checker->add_option("FILE", files->checked, "The compiled table")->required();
  checker->callback([files, &action] { action = [=] { return check(files->checked); }; });
}

}  // namespace switchblas::cli
