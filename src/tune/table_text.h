// SPDX-License-Identifier: BSD-3-Clause
// Writes what was found as the source form of a table (table/compile.h). Pure function.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tune/fit.h"
#include "tune/score.h"

namespace switchblas::tune {

struct TableText {
  std::string name, core;
  int cores = 0;
  std::string openblas, blis;  // versions
  std::string provenance;
  std::vector<std::pair<std::string, std::vector<Cell>>> routines;
};

/// `score` may be of no shapes: then it is left out.
std::string table_text(const TableText& table, const std::vector<Arm>& arms, const Score& score);

}  // namespace switchblas::tune
