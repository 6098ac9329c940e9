// SPDX-License-Identifier: BSD-3-Clause
// switchblas table list: the tables that are asked on this machine, and those that are built in.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "cli/command.h"
#include "cli/install.h"
#include "cli/tables.h"
#include "machine/cpu.h"
#include "table/find.h"
#include "table/open.h"

namespace switchblas::cli {
namespace {

using Json = nlohmann::json;

Json facts(const table::Header& table) {
  return {{"name", table.name},         {"core", table.core},
          {"cores", table.cores},       {"openblas", table.openblas_version},
          {"blis", table.blis_version}, {"routines", table.routines}};
}

/// What is said of one file; `taken` are the routines that earlier tables have, and grows.
Json entry_of(const std::string& path, std::set<std::string>* taken) {
  const table::Opened opened = table::open_table(path.c_str());
  if (opened.table == nullptr) {
    const bool missing = opened.error == table::OpenError::missing;
    Json entry = {{"path", path}, {"status", missing ? "missing" : "passed over"}};
    if (!missing) {
      char message[1024];
      table::open_message(opened, path.c_str(), message, sizeof message);
      entry["why"] = message;
    }
    return entry;
  }
  Json entry = {{"path", path}, {"status", "sound"}};
  entry.update(facts(*opened.table));
  if (taken != nullptr) {
    int answers = 0;
    for (std::uint32_t i = 0; i < opened.table->routines; ++i) {
      const table::RoutineRow& row = table::rows(*opened.table)[i];
      if (routine_of(row) != nullptr && taken->insert(row.name).second) ++answers;
    }
    entry["answers_for"] = answers;
  }
  table::close_table(opened.table);
  return entry;
}

std::vector<std::string> built_in_files() {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& file :
       std::filesystem::directory_iterator(drop_in_folder() / "tables", ignored)) {
    if (file.path().extension() == ".sbt") files.push_back(file.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string made_with(const Json& entry) {
  std::string text;
  for (const char* library : {"openblas", "blis"}) {
    const auto version = entry[library].get<std::string>();
    if (version.empty()) continue;
    text += text.empty() ? ", made with " : ", ";
    text += library;
    text += ' ';
    text += version;
  }
  return text;
}

void print_asked(const Json& entry, bool& holder_seen) {
  const auto path = entry["path"].get<std::string>();
  const auto status = entry["status"].get<std::string>();
  if (status == "missing") {
    std::printf("  none         %s\n", path.c_str());
  } else if (status != "sound") {
    std::printf("  passed over  %s\n", entry["why"].get<std::string>().c_str());
  } else {
    const int answers = entry["answers_for"].get<int>();
    const char* word = answers == 0 ? "no use" : holder_seen ? "then" : "holds";
    if (answers > 0) holder_seen = true;
    std::printf("  %-11s  %s: %s, answers for %d of its %u routines\n", word, path.c_str(),
                entry["name"].get<std::string>().c_str(), answers,
                entry["routines"].get<unsigned>());
  }
}

void print_built_in(const Json& entry) {
  if (entry["status"] != "sound") {
    std::printf("  damaged      %s\n", entry["path"].get<std::string>().c_str());
    return;
  }
  const auto core = entry["core"].get<std::string>();
  std::printf("  %-16s %s, %u routines%s\n", entry["name"].get<std::string>().c_str(),
              core.empty() ? "any core" : ("core " + core).c_str(),
              entry["routines"].get<unsigned>(), made_with(entry).c_str());
}

}  // namespace

int list_tables(bool json) {
  const base::Options variables = own_options();
  const machine::Cpu cpu = machine::identify_cpu(machine::FileRoot());
  Json asked = Json::array();
  std::set<std::string> taken;
  for (const std::string& file : table_files("", variables, cpu)) {
    asked.push_back(entry_of(file, &taken));
  }
  Json built_in = Json::array();
  for (const std::string& file : built_in_files()) built_in.push_back(entry_of(file, nullptr));
  if (json) {
    std::printf(
        "%s\n",
        Json({{"core", cpu.core_type}, {"asked", asked}, {"built_in", built_in}}).dump(2).c_str());
    return kDone;
  }
  std::printf("asked in this order, on %s:\n", cpu.core_type);
  bool holder_seen = false;
  for (const Json& entry : asked) print_asked(entry, holder_seen);
  std::printf("built in:\n");
  for (const Json& entry : built_in) print_built_in(entry);
  return kDone;
}

}  // namespace switchblas::cli
