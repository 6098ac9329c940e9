// SPDX-License-Identifier: BSD-3-Clause
// What a table says on one call, in full: for the command's `explain` and the library's verbose
// output. No allocation; what it returns points into the table. Safe from any thread.
#pragma once

#include <cstdint>

#include "table/format.h"

namespace switchblas::table {

enum class DescribeError : std::uint8_t {
  none,
  unknown_routine,  // not in the catalogue
  bad_flags,        // wrong number of letters, or a letter that the flag does not take
  bad_sizes,        // wrong number of sizes
  not_in_table,     // the table leaves the routine to the next one
  other_form,       // the table knows the routine with other sizes or flags (another version)
};

struct Description {
  DescribeError error = DescribeError::none;
  const RoutineRow* row = nullptr;
  int variant = 0;
  int ladder_index = 0;
  const Ladder* ladder = nullptr;
  const char* provenance = nullptr;
  std::int64_t lower[kMaxDims] = {};  // smallest and largest size of each dimension in the cell;
  std::int64_t upper[kMaxDims] = {};  // INT64_MAX where it has no end
};

/// flags: one letter per CHARACTER*1 argument, in order ("LUNN"), or "" for the first of each.
/// sizes: `count` of them, in the catalogue's order.
Description describe(const Header& table, const char* routine, const char* flags,
                     const std::int64_t* sizes, int count) noexcept;

/// Provenance of a row.
const char* provenance_of(const Header& table, const RoutineRow& row) noexcept;

/// "openblas", "blis", "reference" or "other".
const char* backend_name(std::uint8_t backend) noexcept;

}  // namespace switchblas::table
