// SPDX-License-Identifier: BSD-3-Clause
// Which sizes a bin of format.h holds, for those who fill the cells and those who explain them.
// Pure functions, safe from any thread.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "table/format.h"

namespace switchblas::table {

/// Smallest size in bin b. Bin 1 (1.5 up to 2) holds none: its lower end is that of bin 2.
constexpr std::int64_t bin_lower(int b) {
  if (b == 1) return 2;
  return b % 2 == 0 ? std::int64_t{1} << (b / 2) : std::int64_t{3} << (b / 2 - 1);
}

/// Largest size in bin b of `count`; the last bin has no end. Above 2^24 `bin` rounds, and the edge
/// is right to one part in 2^24.
constexpr std::int64_t bin_upper(int b, int count) {
  return b == count - 1 ? std::numeric_limits<std::int64_t>::max() : bin_lower(b + 1) - 1;
}

/// The size at which rules are evaluated for bin b: the geometric middle of the whole numbers in
/// it, so that a bin of one size stands for that size exactly. The last bin counts as a half
/// octave.
inline double bin_middle(int b) {
  if (b == 1) return std::sqrt(3.0);
  return std::sqrt(static_cast<double>(bin_lower(b)) * static_cast<double>(bin_lower(b + 1) - 1));
}

}  // namespace switchblas::table
