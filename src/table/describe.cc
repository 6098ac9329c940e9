// SPDX-License-Identifier: BSD-3-Clause
#include "table/describe.h"

#include <string.h>

#include "catalogue/routines.h"
#include "table/backends.h"
#include "table/bins.h"
#include "table/find.h"
#include "table/flags.h"

namespace switchblas::table {
namespace {

const catalogue::RoutineInfo* routine_named(const char* name) {
  for (const catalogue::RoutineInfo& routine : catalogue::kRoutines)
    if (strcmp(routine.name, name) == 0) return &routine;
  return nullptr;
}

Description failed(DescribeError error) {
  Description description;
  description.error = error;
  return description;
}

}  // namespace

const char* provenance_of(const Header& table, const RoutineRow& row) noexcept {
  const char* text = at_offset<char>(table, table.provenance_offset);
  for (int i = 0; i < row.provenance; ++i) text += strlen(text) + 1;
  return text;
}

const char* backend_name(std::uint8_t backend) noexcept { return kBackendNames[backend]; }

Description describe(const Header& table, const char* routine, const char* flags,
                     const std::int64_t* sizes, int count) noexcept {
  const catalogue::RoutineInfo* info = routine_named(routine);
  if (info == nullptr) return failed(DescribeError::unknown_routine);
  const int variant = variant_of(*info, flags);
  if (variant < 0) return failed(DescribeError::bad_flags);
  if (count != info->dim_count) return failed(DescribeError::bad_sizes);
  const RoutineRow* row = find_row(table, *info);
  if (row == nullptr)
    return failed(find_row(table, routine) == nullptr ? DescribeError::not_in_table
                                                      : DescribeError::other_form);
  Description description;
  description.row = row;
  description.variant = variant;
  description.provenance = provenance_of(table, *row);
  const int all = bins(row->dims);
  int cell = 0;
  for (int i = 0; i < count; ++i) {
    const int b = bin(static_cast<float>(sizes[i]), all);
    cell = cell * all + b;
    // Sizes below 1 fall into the first bin: calls that return at once.
    description.lower[i] = bin_lower(b);
    description.upper[i] = bin_upper(b, all);
  }
  description.ladder_index = cells(table, *row, variant)[cell];
  description.ladder = &ladders(table)[description.ladder_index];
  return description;
}

}  // namespace switchblas::table
