// SPDX-License-Identifier: BSD-3-Clause
// switchblas table diff: where two tables choose differently. An arm is what a cap makes of it: all
// threads under a cap of 8 are 8 threads.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/tables.h"
#include "table/bins.h"
#include "table/describe.h"
#include "table/find.h"

namespace switchblas::cli {
namespace {

using catalogue::RoutineInfo;
using Json = nlohmann::json;

constexpr int kMostCap = 65535;

/// Backend and threads that a ladder gives under a cap.
std::pair<int, int> choice(const table::Ladder& ladder, int cap) {
  const table::Step& step = table::step_for(ladder, cap);
  return {step.backend, table::threads_of(step, cap)};
}

std::string choice_text(const table::Ladder& ladder, int cap) {
  const auto [backend, threads] = choice(ladder, cap);
  return std::string(table::backend_name(static_cast<std::uint8_t>(backend))) + "*" +
         std::to_string(threads);
}

/// Where the choice of a ladder may begin to differ from that of another one.
void add_turns(const table::Ladder& ladder, std::set<int>& caps) {
  for (std::uint32_t i = 0; i < ladder.count; ++i) {
    caps.insert(std::max<int>(ladder.steps[i].min_cap, 1));
    if (ladder.steps[i].threads != 0 && ladder.steps[i].threads < kMostCap) {
      caps.insert(ladder.steps[i].threads + 1);
    }
  }
}

struct Range {
  int first;
  int last;  // kMostCap: no end
  std::size_t cells;
};

/// What differs in one routine.
struct Difference {
  std::size_t all = 0;
  std::size_t cells = 0;
  std::vector<Range> ranges;
  std::string example;
};

class Pair {
 public:
  Pair(const table::Header& first, const table::Header& second) : a_(first), b_(second) {}

  Difference compare(const RoutineInfo& routine, const table::RoutineRow& row_a,
                     const table::RoutineRow& row_b) const {
    Difference found;
    std::map<std::pair<int, int>, std::size_t> pairs;
    const std::size_t count = cell_count(row_a.dims);
    found.all = count * row_a.variants;
    for (int variant = 0; variant < row_a.variants; ++variant) {
      const std::uint8_t* cell_a = table::cells(a_, row_a, variant);
      const std::uint8_t* cell_b = table::cells(b_, row_b, variant);
      for (std::size_t i = 0; i < count; ++i) ++pairs[{cell_a[i], cell_b[i]}];
    }
    std::set<int> turns = {1};
    for (const auto& [pair, number] : pairs) {
      add_turns(ladder_a(pair.first), turns);
      add_turns(ladder_b(pair.second), turns);
    }
    for (const auto& [pair, number] : pairs) {
      if (first_cap(pair, turns)) found.cells += number;
    }
    for (auto turn = turns.begin(); turn != turns.end(); ++turn) {
      const auto next = std::next(turn);
      std::size_t cells = 0;
      for (const auto& [pair, number] : pairs) {
        if (differs(pair, *turn)) cells += number;
      }
      const int last = next == turns.end() ? kMostCap : *next - 1;
      if (!found.ranges.empty() && found.ranges.back().cells == cells) {
        found.ranges.back().last = last;
      } else {
        found.ranges.push_back({*turn, last, cells});
      }
    }
    if (found.cells > 0) found.example = example(routine, row_a, row_b, turns);
    return found;
  }

 private:
  const table::Ladder& ladder_a(int i) const { return table::ladders(a_)[i]; }
  const table::Ladder& ladder_b(int i) const { return table::ladders(b_)[i]; }
  bool differs(const std::pair<int, int>& pair, int cap) const {
    return choice(ladder_a(pair.first), cap) != choice(ladder_b(pair.second), cap);
  }
  std::optional<int> first_cap(const std::pair<int, int>& pair, const std::set<int>& turns) const {
    for (const int cap : turns) {
      if (differs(pair, cap)) return cap;
    }
    return std::nullopt;
  }

  /// A call that the tables send to different arms, of equal sizes where there is one.
  std::string example(const RoutineInfo& routine, const table::RoutineRow& row_a,
                      const table::RoutineRow& row_b, const std::set<int>& turns) const {
    const int bins = table::bins(row_a.dims);
    const std::size_t count = cell_count(row_a.dims);
    std::size_t step = 0;
    for (int i = 0; i < row_a.dims; ++i) step = step * static_cast<std::size_t>(bins) + 1;
    for (const std::size_t stride : {step, std::size_t{1}}) {
      for (int variant = 0; variant < row_a.variants; ++variant) {
        for (std::size_t i = 0; i < count; i += stride) {
          const std::pair<int, int> pair = {table::cells(a_, row_a, variant)[i],
                                            table::cells(b_, row_b, variant)[i]};
          const std::optional<int> cap = first_cap(pair, turns);
          if (!cap) continue;
          const std::string flags = variant_name(routine, variant);
          return sizes_text(routine, i, bins) + (flags.empty() ? "" : ", " + flags) + ", cap " +
                 std::to_string(*cap) + ": " + choice_text(ladder_a(pair.first), *cap) + " -> " +
                 choice_text(ladder_b(pair.second), *cap);
        }
      }
    }
    return "";
  }

  static std::string sizes_text(const RoutineInfo& routine, std::size_t cell, int bins) {
    std::vector<std::string> words = names_in(routine.dims);
    for (auto word = words.rbegin(); word != words.rend(); ++word) {
      const int b = static_cast<int>(cell % static_cast<std::size_t>(bins));
      cell /= static_cast<std::size_t>(bins);
      add_word(*word, std::to_string(table::bin_lower(b)), " ");
    }
    std::string text;
    for (const std::string& word : words) add_word(text, word);
    return text;
  }

  const table::Header& a_;
  const table::Header& b_;
};

double percent(std::size_t part, std::size_t all) {
  return 100 * static_cast<double>(part) / static_cast<double>(all);
}

std::string caps_text(const Range& range) {
  if (range.last == kMostCap) return std::to_string(range.first) + " and more";
  if (range.first == range.last) return std::to_string(range.first);
  return std::to_string(range.first) + " to " + std::to_string(range.last);
}

void print(const std::string& name, const Difference& found) {
  std::printf("%-10s %5.1f %% of the cells;", name.c_str(), percent(found.cells, found.all));
  const char* between = "";
  for (const Range& range : found.ranges) {
    if (range.cells == 0) continue;
    std::printf("%s cap %s: %.1f %%", between, caps_text(range).c_str(),
                percent(range.cells, found.all));
    between = ",";
  }
  std::printf("\n%-10s such as %s\n", "", found.example.c_str());
}

Json json_of(const std::string& name, const Difference& found) {
  Json caps = Json::array();
  for (const Range& range : found.ranges) {
    if (range.cells == 0) continue;
    caps.push_back({{"from", range.first},
                    {"to", range.last == kMostCap ? Json(nullptr) : Json(range.last)},
                    {"share", percent(range.cells, found.all) / 100}});
  }
  return {{"routine", name},
          {"share", percent(found.cells, found.all) / 100},
          {"caps", caps},
          {"example", found.example}};
}

/// The names of the rows that the library uses.
std::vector<std::string> routines_in(const table::Header& table) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < table.routines; ++i) {
    const table::RoutineRow& row = table::rows(table)[i];
    if (routine_of(row) != nullptr) names.emplace_back(row.name);
  }
  return names;
}

void print_alone(const char* path, const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::printf("only in %s:", path);
  for (const std::string& name : names) std::printf(" %s", name.c_str());
  std::printf("\n");
}

}  // namespace

int diff_tables(const std::string& first, const std::string& second, bool json) {
  const OpenedTable a(first);
  const OpenedTable b(second);
  const std::vector<std::string> names_a = routines_in(a.table());
  const std::vector<std::string> names_b = routines_in(b.table());
  std::vector<std::string> only_a;
  std::vector<std::string> only_b;
  std::vector<std::string> both;
  std::set_difference(names_a.begin(), names_a.end(), names_b.begin(), names_b.end(),
                      std::back_inserter(only_a));
  std::set_difference(names_b.begin(), names_b.end(), names_a.begin(), names_a.end(),
                      std::back_inserter(only_b));
  std::set_intersection(names_a.begin(), names_a.end(), names_b.begin(), names_b.end(),
                        std::back_inserter(both));
  const Pair pair(a.table(), b.table());
  Json differing = Json::array();
  std::size_t same = 0;
  for (const std::string& name : both) {
    const table::RoutineRow& row_a = *table::find_row(a.table(), name.c_str());
    const table::RoutineRow& row_b = *table::find_row(b.table(), name.c_str());
    const Difference found = pair.compare(*routine_of(row_a), row_a, row_b);
    if (found.cells == 0) {
      ++same;
    } else if (json) {
      differing.push_back(json_of(name, found));
    } else {
      print(name, found);
    }
  }
  if (json) {
    std::printf("%s\n", Json({{"first", a.path()},
                              {"second", b.path()},
                              {"differ", differing},
                              {"same", same},
                              {"only_first", only_a},
                              {"only_second", only_b}})
                            .dump(2)
                            .c_str());
    return kDone;
  }
  print_alone(a.path().c_str(), only_a);
  print_alone(b.path().c_str(), only_b);
  std::printf("%zu of %zu common routines have the same choice in every cell\n", same, both.size());
  return kDone;
}

}  // namespace switchblas::cli
