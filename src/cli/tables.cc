// SPDX-License-Identifier: BSD-3-Clause
#include "cli/tables.h"

#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "cli/command.h"
#include "cli/install.h"
#include "table/compile.h"
#include "table/describe.h"
#include "table/flags.h"
#include "table/form.h"
#include "table/locate.h"
#include "table/open.h"

namespace switchblas::cli {
namespace {

using catalogue::RoutineInfo;

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path)) {
    throw Failure(kFailed, path + " cannot be read (" +
                               std::generic_category().message(in ? EISDIR : errno) + ")");
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A name without a folder is that of a built-in table, unless there is such a file.
std::string path_of(const std::string& word) {
  std::error_code ignored;
  if (word.find('/') != std::string::npos || std::filesystem::exists(word, ignored)) return word;
  const std::filesystem::path built_in = drop_in_folder() / "tables" / (word + ".sbt");
  return std::filesystem::exists(built_in, ignored) ? built_in.string() : word;
}

}  // namespace

base::Options own_options() {
  return base::read_options([](const char* name) -> const char* { return getenv(name); }, false);
}

std::vector<std::string> table_files(const std::string& file, const base::Options& variables,
                                     const machine::Cpu& cpu) {
  const std::string folder = drop_in_folder().string();
  table::TablePlaces places{};
  places.option = file.empty() ? variables.table_file : file.c_str();
  places.folder = folder.c_str();
  places.core_type = cpu.core_type;
  places.home = getenv("HOME");
  places.xdg_config_home = getenv("XDG_CONFIG_HOME");
  static char paths[table::kMaxTablePaths][table::kPathSize];
  const int count = table::table_paths(places, paths);
  std::vector<std::string> files;
  for (int i = 0; i < count; ++i) {
    if (std::find(files.begin(), files.end(), paths[i]) == files.end())
      files.emplace_back(paths[i]);
  }
  return files;
}

OpenedTable::OpenedTable(const std::string& word) : path_(path_of(word)) {
  if (path_.ends_with(".toml")) {
    text_ = read_text(path_);
    const std::string bytes = table::compile_table(text_, path_).bytes;
    image_.resize(bytes.size() / sizeof(std::uint64_t) + 1);
    memcpy(image_.data(), bytes.data(), bytes.size());
    table_ = reinterpret_cast<const table::Header*>(image_.data());
    return;
  }
  const table::Opened opened = table::open_table(path_.c_str());
  if (opened.table == nullptr) {
    char message[1024];
    table::open_message(opened, path_.c_str(), message, sizeof message);
    throw Failure(kFailed, message);
  }
  table_ = opened.table;
}

OpenedTable::~OpenedTable() {
  if (!is_source()) table::close_table(table_);
}

const RoutineInfo* routine_of(const table::RoutineRow& row) {
  const int number = table::find_routine(row.name);
  if (number < 0) return nullptr;
  const RoutineInfo& routine = catalogue::kRoutines[number];
  const bool same = routine.dim_count == row.dims && routine.variant_count == row.variants;
  return same ? &routine : nullptr;
}

void add_word(std::string& list, const std::string& word, const char* between) {
  if (!list.empty()) list += between;
  list += word;
}

std::vector<std::string> names_in(const char* list) {
  std::vector<std::string> names;
  for (const char* at = list; *at != '\0';) {
    const std::size_t length = strcspn(at, ",");
    names.emplace_back(at, length);
    at += length + (at[length] == ',' ? 1 : 0);
  }
  return names;
}

std::string arm_source(const table::Step& step) {
  std::string text = std::string(table::backend_name(step.backend)) + "*" +
                     (step.threads == 0 ? "all" : std::to_string(step.threads));
  const int implied = step.threads == 0 ? 2 : step.threads;
  if (step.min_cap != implied) add_word(text, std::to_string(step.min_cap), "@");
  return text;
}

std::string ladder_source(const table::Ladder& ladder, bool quoted) {
  std::string text;
  for (std::uint32_t i = 0; i < ladder.count; ++i) {
    std::string arm = quoted ? "\"" : "";
    arm += arm_source(ladder.steps[i]);
    if (quoted) arm += '"';
    add_word(text, arm);
  }
  return text;
}

std::string variant_name(const RoutineInfo& routine, int variant) {
  table::Flag flags[table::kMaxFlags];
  const int count = table::flags_of(routine, flags);
  int bit = routine.variant_count;
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (!flags[i].variant) continue;
    bit /= 2;
    std::string flag(flags[i].name, flags[i].length);
    flag += ' ';
    flag += table::flag_letters(flags[i])[(variant & bit) != 0 ? 1 : 0];
    add_word(text, flag);
  }
  return text;
}

std::size_t cell_count(int dims) {
  std::size_t count = 1;
  for (int i = 0; i < dims; ++i) count *= static_cast<std::size_t>(table::bins(dims));
  return count;
}

}  // namespace switchblas::cli
