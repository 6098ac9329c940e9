// SPDX-License-Identifier: BSD-3-Clause
// Reads an opened table: rows by name at load time, cells in calls. Trusts every offset, since
// open.h has checked them all. Pure functions over read-only memory, safe from any thread.
#pragma once

#include <cstdint>
#include <cstring>

#include "catalogue/routines.h"
#include "table/format.h"

namespace switchblas::table {

template <class T>
const T* at_offset(const Header& table, std::uint32_t offset) noexcept {
  return reinterpret_cast<const T*>(reinterpret_cast<const char*>(&table) + offset);
}

inline const RoutineRow* rows(const Header& table) noexcept {
  return at_offset<RoutineRow>(table, table.routine_offset);
}

inline const Ladder* ladders(const Header& table) noexcept {
  return at_offset<Ladder>(table, table.ladder_offset);
}

/// Row of a routine, or nullptr. Binary search, for load time.
inline const RoutineRow* find_row(const Header& table, const char* name) noexcept {
  const RoutineRow* row = rows(table);
  std::uint32_t low = 0;
  std::uint32_t high = table.routines;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const int order = std::strncmp(row[middle].name, name, sizeof row->name);
    if (order == 0) return &row[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return nullptr;
}

/// As above, but also nullptr where the row was made for another set of sizes or flags than this
/// build has (a table of another version): its cells would be read out of bounds.
inline const RoutineRow* find_row(const Header& table,
                                  const catalogue::RoutineInfo& routine) noexcept {
  const RoutineRow* row = find_row(table, routine.name);
  if (row == nullptr || row->dims != routine.dim_count || row->variants != routine.variant_count)
    return nullptr;
  return row;
}

/// Cells of one variant (below row.variants): what cell1, cell2 or cell3 takes, as row.dims says.
inline const std::uint8_t* cells(const Header& table, const RoutineRow& row, int variant) noexcept {
  return at_offset<std::uint8_t>(table, row.grid[variant]);
}

/// The index of the ladder for a size. Without a branch, for calls (entry/call.h) want to be one
/// straight piece of code.
inline std::uint8_t cell1(const std::uint8_t* cells, float n) noexcept {
  return cells[bin(n, kBins1)];
}
inline std::uint8_t cell2(const std::uint8_t* cells, Floats mn) noexcept {
  const Ints b = bins_of(mn, kBins2);
  return cells[b[0] * kBins2 + b[1]];
}
inline std::uint8_t cell3(const std::uint8_t* cells, Floats mnk) noexcept {
  const Ints b = bins_of(mnk, kBins3);
  return cells[(b[0] * kBins3 + b[1]) * kBins3 + b[2]];
}

/// The same for a row of `dims` sizes, where those are known at run time only.
inline std::uint8_t cell_of(const std::uint8_t* cells, int dims, Floats sizes) noexcept {
  return dims == 1 ? cell1(cells, sizes[0]) : dims == 2 ? cell2(cells, sizes) : cell3(cells, sizes);
}

/// The step that holds under a cap: the last one whose min_cap is not above it, the first one for
/// any cap below 2.
inline const Step& step_for(const Ladder& ladder, int cap) noexcept {
  std::uint32_t step = ladder.count - 1;
  while (step > 0 && ladder.steps[step].min_cap > cap) --step;
  return ladder.steps[step];
}

/// How many threads a step means where `most` may be used.
inline int threads_of(const Step& step, int most) noexcept {
  return step.threads != 0 && step.threads < most ? step.threads : most;
}

}  // namespace switchblas::table
