// SPDX-License-Identifier: BSD-3-Clause
// switchblas table show: a source as the rules that were read, a compiled table as what its cells
// say.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/tables.h"
#include "table/bins.h"
#include "table/describe.h"
#include "table/find.h"
#include "table/flags.h"
#include "table/source.h"

namespace switchblas::cli {
namespace {

using catalogue::RoutineInfo;
using Json = nlohmann::json;

std::string quoted(const std::string& text) { return Json(text).dump(); }

/// Neighbours that are equal but for their names are shown once.
struct Block {
  std::vector<std::string> names;
  std::string body;
};

void add_block(std::vector<Block>& blocks, const std::string& name, std::string body) {
  for (Block& block : blocks) {
    if (block.body == body) {
      block.names.push_back(name);
      return;
    }
  }
  blocks.push_back({{name}, std::move(body)});
}

void print_blocks(const std::vector<Block>& blocks) {
  for (const Block& block : blocks) {
    std::string names;
    for (const std::string& name : block.names) add_word(names, quoted(name));
    std::printf("\n[[routines]]\nnames = [%s]\n%s", names.c_str(), block.body.c_str());
  }
}

void print_head(const std::string& name, const std::string& core, unsigned cores,
                const std::string& openblas, const std::string& blis) {
  std::printf("[table]\nname = %s\n", quoted(name).c_str());
  if (!core.empty()) std::printf("core = %s\n", quoted(core).c_str());
  if (cores != 0) std::printf("cores = %u\n", cores);
  if (!openblas.empty()) std::printf("openblas = %s\n", quoted(openblas).c_str());
  if (!blis.empty()) std::printf("blis = %s\n", quoted(blis).c_str());
}

std::string number(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
  return end.ec == std::errc() ? std::string(text, end.ptr) : "0";
}

std::string bounds_text(const table::Bounds& bounds) {
  std::string text = "[";
  text += number(bounds.lower);
  if (!std::isinf(bounds.upper)) add_word(text, number(bounds.upper));
  return text += ']';
}

std::string rule_text(const table::Rule& rule, const RoutineInfo& routine) {
  std::vector<std::string> names = names_in(routine.dims);
  names.resize(table::kSize);
  names.insert(names.end(), {"size", "least", "most"});
  std::string text;
  for (int i = 0; i < table::kMeasures; ++i) {
    const table::Bounds& bounds = rule.bounds[i];
    if (bounds.lower == 0 && std::isinf(bounds.upper)) continue;
    text += names[static_cast<std::size_t>(i)] + " = " + bounds_text(bounds) + ", ";
  }
  table::Flag flags[table::kMaxFlags];
  const int count = table::flags_of(routine, flags);
  unsigned bit = routine.variant_count;
  for (int i = 0; i < count; ++i) {
    if (!flags[i].variant) continue;
    bit /= 2;
    if ((rule.flag_mask & bit) == 0) continue;
    text += std::string(flags[i].name, flags[i].length) + " = \"" +
            table::flag_letters(flags[i])[(rule.flags & bit) != 0 ? 1 : 0] + "\", ";
  }
  return "  { " + text + "arms = [" + ladder_source(rule.ladder, true) + "] },\n";
}

void show_source(const OpenedTable& opened) {
  const table::TableSource source = table::read_source(opened.text(), opened.path());
  print_head(source.name, source.core, source.cores, source.openblas_version, source.blis_version);
  std::vector<Block> blocks;
  for (const auto& [name, rules] : source.routines) {
    std::string body = "provenance = " + quoted(rules.provenance) + "\ncells = [\n";
    for (const table::Rule& rule : rules.rules) body += rule_text(rule, *rules.routine);
    add_block(blocks, name, body + "]\n");
  }
  print_blocks(blocks);
}

/// How many cells of all variants have each ladder.
std::map<int, std::size_t> ladder_counts(const table::Header& table, const table::RoutineRow& row) {
  std::map<int, std::size_t> counts;
  for (int variant = 0; variant < row.variants; ++variant) {
    const std::uint8_t* cell = table::cells(table, row, variant);
    for (std::size_t i = 0; i < cell_count(row.dims); ++i) ++counts[cell[i]];
  }
  return counts;
}

/// Runs of equal ladders along operands of equal sizes: (largest size, ladder).
std::vector<std::pair<std::int64_t, int>> diagonal(const table::Header& table,
                                                   const table::RoutineRow& row, int variant) {
  const int count = table::bins(row.dims);
  const std::uint8_t* cell = table::cells(table, row, variant);
  std::vector<std::pair<std::int64_t, int>> runs;
  for (int b = 0; b < count; ++b) {
    if (b == 1) continue;  // holds no whole number
    int place = 0;
    for (int i = 0; i < row.dims; ++i) place = place * count + b;
    const int ladder = cell[place];
    if (runs.empty() || runs.back().second != ladder) runs.emplace_back(0, ladder);
    runs.back().first = table::bin_upper(b, count);
  }
  return runs;
}

std::string diagonal_text(const table::Header& table, const table::RoutineRow& row, int variant) {
  std::string text;
  std::int64_t from = 1;
  for (const auto& [upper, ladder] : diagonal(table, row, variant)) {
    const bool endless = upper == std::numeric_limits<std::int64_t>::max();
    const std::string sizes = endless ? std::to_string(from) + " and more"
                                      : std::to_string(from) + " to " + std::to_string(upper);
    text += "#     " + sizes + ": " + ladder_source(table::ladders(table)[ladder], false) + "\n";
    from = endless ? from : upper + 1;
  }
  return text;
}

/// Variants that agree are named together.
std::string sizes_text(const table::Header& table, const table::RoutineRow& row,
                       const RoutineInfo& routine) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (int variant = 0; variant < row.variants; ++variant) {
    const std::string text = diagonal_text(table, row, variant);
    const auto same = [&](const auto& group) { return group.first == text; };
    const auto found = std::find_if(groups.begin(), groups.end(), same);
    auto& names = found != groups.end()
                      ? found->second
                      : groups.emplace_back(text, std::vector<std::string>{}).second;
    names.push_back(variant_name(routine, variant));
  }
  std::string all;
  for (const auto& [text, names] : groups) {
    std::string which;
    for (const std::string& name : names) add_word(which, name, "; ");
    all += "#   ";
    all += row.dims == 1 ? "sizes" : "equal sizes";
    if (groups.size() > 1) add_word(all, which, ": ");
    all += ":\n";
    all += text;
  }
  return all;
}

std::string row_text(const table::Header& table, const table::RoutineRow& row) {
  std::string text = "provenance = " + quoted(table::provenance_of(table, row)) + "\n";
  const RoutineInfo* routine = routine_of(row);
  if (routine == nullptr) return text + "# made for another version of the routine: not used\n";
  const std::size_t all = cell_count(row.dims) * row.variants;
  for (const auto& [ladder, count] : ladder_counts(table, row)) {
    char share[64];
    std::snprintf(share, sizeof share, "#   %5.1f %% of the cells: ",
                  100 * static_cast<double>(count) / static_cast<double>(all));
    text += share + ladder_source(table::ladders(table)[ladder], false) + "\n";
  }
  return text + sizes_text(table, row, *routine);
}

void show_compiled(const table::Header& table) {
  print_head(table.name, table.core, table.cores, table.openblas_version, table.blis_version);
  std::vector<Block> blocks;
  for (std::uint32_t i = 0; i < table.routines; ++i) {
    const table::RoutineRow& row = table::rows(table)[i];
    add_block(blocks, row.name, row_text(table, row));
  }
  print_blocks(blocks);
}

Json ladder_json(const table::Ladder& ladder) {
  Json steps = Json::array();
  for (std::uint32_t i = 0; i < ladder.count; ++i) {
    const table::Step& step = ladder.steps[i];
    steps.push_back({{"from_cap", step.min_cap},
                     {"backend", table::backend_name(step.backend)},
                     {"threads", step.threads == 0 ? Json("all") : Json(step.threads)}});
  }
  return steps;
}

Json json_of(const OpenedTable& opened) {
  const table::Header& table = opened.table();
  Json routines = Json::array();
  for (std::uint32_t i = 0; i < table.routines; ++i) {
    const table::RoutineRow& row = table::rows(table)[i];
    const std::size_t all = cell_count(row.dims) * row.variants;
    Json shares = Json::array();
    for (const auto& [ladder, count] : ladder_counts(table, row)) {
      shares.push_back({{"ladder", ladder_json(table::ladders(table)[ladder])},
                        {"share", static_cast<double>(count) / static_cast<double>(all)}});
    }
    routines.push_back({{"name", row.name},
                        {"provenance", table::provenance_of(table, row)},
                        {"used", routine_of(row) != nullptr},
                        {"variants", row.variants},
                        {"cells", all},
                        {"arms", shares}});
  }
  return {{"path", opened.path()},
          {"table",
           {{"name", table.name},
            {"core", table.core},
            {"cores", table.cores},
            {"openblas", table.openblas_version},
            {"blis", table.blis_version}}},
          {"routines", routines}};
}

}  // namespace

int show_table(const std::string& word, bool json) {
  const OpenedTable opened(word);
  if (json) {
    std::printf("%s\n", json_of(opened).dump(2).c_str());
  } else if (opened.is_source()) {
    show_source(opened);
  } else {
    show_compiled(opened.table());
  }
  return kDone;
}

}  // namespace switchblas::cli
