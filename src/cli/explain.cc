// SPDX-License-Identifier: BSD-3-Clause
// switchblas explain: what the tables say on one call, and why.
#include <stdlib.h>
#include <string.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/options.h"
#include "catalogue/routines.h"
#include "cli/command.h"
#include "cli/probe.h"
#include "cli/tables.h"
#include "machine/cores.h"
#include "machine/cpu.h"
#include "table/describe.h"
#include "table/find.h"
#include "table/flags.h"
#include "table/form.h"
#include "table/open.h"

namespace switchblas::cli {
namespace {

using catalogue::RoutineInfo;
using Json = nlohmann::json;

struct ExplainOptions {
  std::vector<std::string> words;
  std::string table;
  int threads = 0;
  bool json = false;
};

/// A call as the command line gives it.
struct Call {
  const RoutineInfo* routine = nullptr;
  std::string flags;
  std::vector<std::int64_t> sizes;
};

std::string form_of(const RoutineInfo& routine) {
  char form[256];
  table::form_of(routine, form, sizeof form);
  return form;
}

const RoutineInfo& routine_named(const std::string& word) {
  const int number = table::find_routine(word.c_str());
  if (number >= 0) return catalogue::kRoutines[number];
  char message[512];
  table::no_routine_message(word.c_str(), message, sizeof message);
  throw Failure(kUsage, message);
}

Call parse_call(const std::vector<std::string>& words) {
  Call call;
  call.routine = &routine_named(words[0]);
  table::Flag flags[table::kMaxFlags];
  const auto flag_count = static_cast<std::size_t>(table::flags_of(*call.routine, flags));
  const std::size_t wanted = 1 + flag_count + call.routine->dim_count;
  const std::string takes = "; it takes: " + form_of(*call.routine);
  if (words.size() != wanted) {
    throw Failure(kUsage, std::string(call.routine->name) + " needs " + std::to_string(wanted - 1) +
                              " arguments, not " + std::to_string(words.size() - 1) + takes);
  }
  for (std::size_t i = 0; i < flag_count; ++i) {
    const std::string& word = words[1 + i];
    if (word.size() != 1 || table::flag_bit(flags[i], word[0]) < 0) {
      throw Failure(kUsage, word + " is no " + std::string(flags[i].name, flags[i].length) + takes);
    }
    call.flags += static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
  }
  for (std::size_t i = 1 + flag_count; i < words.size(); ++i) {
    const std::string& word = words[i];
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), size);
    if (error != std::errc() || end != word.data() + word.size() || size < 0 ||
        size > std::numeric_limits<std::int32_t>::max()) {
      throw Failure(kUsage, word + " is no size" + takes);
    }
    call.sizes.push_back(size);
  }
  return call;
}

/// The first table that has the routine. Tables stay mapped until the command ends.
struct Found {
  const table::Header* table = nullptr;
  std::string path;
  table::Description description;
  std::vector<std::string> passed_over;
};

Found find(const Call& call, const std::vector<std::string>& files, const char* asked_for) {
  Found found;
  for (const std::string& file : files) {
    const table::Opened opened = table::open_table(file.c_str());
    if (opened.table == nullptr) {
      const bool named = asked_for != nullptr && file == asked_for;
      if (opened.error == table::OpenError::missing && !named) continue;
      char message[1024];
      table::open_message(opened, file.c_str(), message, sizeof message);
      found.passed_over.emplace_back(message);
      continue;
    }
    found.description = table::describe(*opened.table, call.routine->name, call.flags.c_str(),
                                        call.sizes.data(), static_cast<int>(call.sizes.size()));
    if (found.description.error == table::DescribeError::none) {
      found.table = opened.table;
      found.path = file;
      return found;
    }
    found.passed_over.push_back(file + (found.description.error == table::DescribeError::other_form
                                            ? " has the routine in the form of another version"
                                            : " does not have the routine"));
    table::close_table(opened.table);
  }
  return found;
}

struct Cap {
  int threads = 1;
  std::string why;
};

Cap cap_now(const ExplainOptions& options, const base::Options& variables) {
  if (options.threads > 0) return {options.threads, "--threads"};
  Cap cap = {machine::usable_cores(machine::count_cores(machine::FileRoot())), "usable cores"};
  for (const char* name : {"OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS",
                           "GOTO_NUM_THREADS", "BLIS_NUM_THREADS"}) {
    const char* value = getenv(name);
    const int number = value != nullptr ? atoi(value) : 0;
    if (number > 0 && number < cap.threads) cap = {number, name};
  }
  if (variables.num_threads > 0 && variables.num_threads < cap.threads) {
    cap = {variables.num_threads, "SWITCHBLAS_NUM_THREADS"};
  }
  return cap;
}

std::string arm_text(const table::Step& step) {
  return std::string(table::backend_name(step.backend)) + "*" +
         (step.threads == 0 ? "all" : std::to_string(step.threads));
}

std::string range_text(std::int64_t lower_end, std::int64_t upper_end) {
  if (upper_end == std::numeric_limits<std::int64_t>::max()) {
    return std::to_string(lower_end) + " and more";
  }
  if (lower_end == upper_end) return std::to_string(lower_end);
  return std::to_string(lower_end) + " to " + std::to_string(upper_end);
}

/// What the environment and the machine change of the table's answer.
std::vector<std::string> remarks(const Call& call, const base::Options& variables,
                                 const table::Header& source, const table::Step& step,
                                 const machine::Cpu& cpu) {
  std::vector<std::string> lines;
  if (variables.disable) lines.emplace_back("SWITCHBLAS_DISABLE is set: the table is not used");
  if (variables.backend != base::BackendChoice::automatic) {
    lines.emplace_back("SWITCHBLAS_BACKEND is set: all calls go to that library");
  }
  if (base::listed(variables.off, call.routine->name)) {
    lines.emplace_back("SWITCHBLAS_OFF names the routine: it is not routed");
  }
  const auto kind = static_cast<backend::Kind>(step.backend);
  if (kind != backend::Kind::other && library_file(kind).empty()) {
    lines.push_back(std::string(backend::kind_name(kind)) +
                    " is not installed: the default library takes its place");
  }
  if (source.core[0] != '\0' && strcmp(source.core, cpu.core_type) != 0) {
    lines.push_back(std::string("the table was made for ") + source.core + ", this is " +
                    cpu.core_type);
  }
  return lines;
}

Json answer(const Call& call, const Found& found, const Cap& cap,
            const std::vector<std::string>& notes) {
  const table::Description& said = found.description;
  Json cell = Json::object();
  const std::vector<std::string> dims = names_in(call.routine->dims);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const bool endless = said.upper[i] == std::numeric_limits<std::int64_t>::max();
    cell[dims[i]] = {said.lower[i], endless ? Json(nullptr) : Json(said.upper[i])};
  }
  Json ladder = Json::array();
  for (std::uint32_t i = 0; i < said.ladder->count; ++i) {
    const table::Step& step = said.ladder->steps[i];
    ladder.push_back({{"from_cap", step.min_cap},
                      {"backend", table::backend_name(step.backend)},
                      {"threads", step.threads == 0 ? Json("all") : Json(step.threads)}});
  }
  const table::Step& step = table::step_for(*said.ladder, cap.threads);
  return {{"routine", call.routine->name},
          {"flags", call.flags},
          {"sizes", call.sizes},
          {"table",
           {{"name", found.table->name},
            {"path", found.path},
            {"core", found.table->core},
            {"openblas", found.table->openblas_version},
            {"blis", found.table->blis_version}}},
          {"provenance", said.provenance},
          {"variant", said.variant},
          {"cell", cell},
          {"ladder", ladder},
          {"cap", {{"threads", cap.threads}, {"from", cap.why}}},
          {"arm",
           {{"backend", table::backend_name(step.backend)},
            {"threads", table::threads_of(step, cap.threads)}}},
          {"passed_over", found.passed_over},
          {"notes", notes}};
}

std::string variant_text(const Call& call) {
  table::Flag flags[table::kMaxFlags];
  const int count = table::flags_of(*call.routine, flags);
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (!flags[i].variant) continue;
    const bool first = table::flag_bit(flags[i], call.flags[static_cast<std::size_t>(i)]) == 0;
    const char* letters = table::flag_letters(flags[i]);
    text += (text.empty() ? "" : ", ") + std::string(flags[i].name, flags[i].length) + " " +
            (first                ? std::string(1, letters[0])
             : letters[2] != '\0' ? std::string(1, letters[1]) + " or " + letters[2]
                                  : std::string(1, letters[1]));
  }
  return text.empty() ? "the only one" : text;
}

void print(const Call& call, const Found& found, const Cap& cap,
           const std::vector<std::string>& notes) {
  const table::Description& said = found.description;
  for (const std::string& line : found.passed_over) std::printf("passed over %s\n", line.c_str());
  std::printf("table       %s  %s\n", found.table->name, found.path.c_str());
  std::printf("provenance  %s\n", said.provenance);
  std::printf("variant     %s\n", variant_text(call).c_str());
  const std::vector<std::string> dims = names_in(call.routine->dims);
  std::string cell;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    cell += (i == 0 ? "" : ", ") + dims[i] + " " + range_text(said.lower[i], said.upper[i]);
  }
  std::printf("cell        %s\n", cell.c_str());
  const table::Step& step = table::step_for(*said.ladder, cap.threads);
  for (std::uint32_t i = 0; i < said.ladder->count; ++i) {
    const table::Step& one = said.ladder->steps[i];
    std::printf("%-11s cap %d and more: %s%s\n", i == 0 ? "ladder" : "", one.min_cap,
                arm_text(one).c_str(), &one == &step ? "   <- holds" : "");
  }
  std::printf("cap         %d (%s)\n", cap.threads, cap.why.c_str());
  const int threads = table::threads_of(step, cap.threads);
  std::printf("arm         %s with %d thread%s\n", table::backend_name(step.backend), threads,
              threads == 1 ? "" : "s");
  for (const std::string& line : notes) std::printf("note        %s\n", line.c_str());
}

int explain(const ExplainOptions& options) {
  const Call call = parse_call(options.words);
  const base::Options variables = own_options();
  const machine::Cpu cpu = machine::identify_cpu(machine::FileRoot());
  const char* asked_for = options.table.empty() ? variables.table_file : options.table.c_str();
  const Found found = find(call, table_files(options.table, variables, cpu), asked_for);
  if (!options.table.empty() && found.path != options.table) {
    throw Failure(kFailed,
                  found.passed_over.empty() ? "no table was found" : found.passed_over.front());
  }
  const Cap cap = cap_now(options, variables);
  if (found.table == nullptr) {
    for (const std::string& line : found.passed_over) {
      std::fprintf(stderr, "switchblas: warning: %s\n", line.c_str());
    }
    throw Failure(kFailed, std::string("no table has ") + call.routine->name +
                               ": it goes to the default library with all threads of the cap");
  }
  const table::Step& step = table::step_for(*found.description.ladder, cap.threads);
  const auto notes = remarks(call, variables, *found.table, step, cpu);
  if (options.json) {
    std::printf("%s\n", answer(call, found, cap, notes).dump(2).c_str());
  } else {
    print(call, found, cap, notes);
  }
  return kDone;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  CLI::App* verb =
      app.add_subcommand("explain", "Says what the table chooses for one call, and why");
  verb->footer("For example: switchblas explain dgemm N T 1000 1000 64");
  const auto options = std::make_shared<ExplainOptions>();
  verb->add_option("CALL", options->words,
                   "The routine, its flags in the order of its arguments, and its sizes")
      ->required();
  verb->add_option("--threads", options->threads, "The cap to answer for, in place of the one now")
      ->check(CLI::Range(1, 65535));
  verb->add_option("--table", options->table, "The table to ask");
  verb->add_flag("--json", options->json, "Prints JSON");
  verb->callback([options, &action] { action = [=] { return explain(*options); }; });
}

}  // namespace switchblas::cli
