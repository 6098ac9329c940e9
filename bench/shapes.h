// SPDX-License-Identifier: BSD-3-Clause
// Which shapes of which routines are measured, cheapest first, so that a time budget that ends cuts
// the same sizes from every routine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "problem.h"

namespace switchblas::bench {

struct Case {
  const Family* family;
  int type;  // index into Problem::kTypes
  std::string flags;
  Shape shape;
  double guessed_ns;  // of one call
  const char* routine() const { return family->routines[static_cast<std::size_t>(type)]; }
};

struct Selection {
  std::vector<std::string> routines;  // routines or families; none = all
  std::string types = "sdcz";
  int max_size = 2048;  // of a dimension; vectors go further
  int random_shapes = 24;
  std::uint64_t seed = 1;
};

/// In rising order of guessed_ns, equal ones shuffled.
std::vector<Case> make_cases(const Selection& selection);

}  // namespace switchblas::bench
