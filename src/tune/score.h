// SPDX-License-Identifier: BSD-3-Clause
// How good a table is on shapes that it was not made from. Pure functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "table/format.h"
#include "tune/arms.h"
#include "tune/samples.h"

namespace switchblas::tune {

struct Score {
  int shapes = 0;
  // Time of the chosen arm over that of the best one.
  double regret = 1, regret_p95 = 1, worst_regret = 1;
  std::string worst_shape;
  // Geometric means: how many times faster than the library alone; 0: not measured.
  double over_openblas = 0;      // at its default, all threads
  double over_openblas_one = 0;  // on one thread
  double over_blis = 0;          // at its default, where it has the routine
  double slower_share = 0;       // of shapes on which OpenBLAS's default is more than 5 % faster
  double worst_loss = 1;         // time over that of OpenBLAS's default
  std::string worst_loss_shape;
  double stream =
      0;  // a mixed stream of calls: times faster than OpenBLAS's default; 0: not measured
};

/// Position of the arm that the table has for the shape at a cap of the most threads; -1: none.
int chosen_arm(const table::Header& table, const Sample& sample, const std::vector<Arm>& arms);

/// Over OpenBLAS's default: time of the chosen arm / time of that; 0 where one is not known.
double loss_of(const table::Header& table, const Sample& sample, const std::vector<Arm>& arms);

Score score_of(const table::Header& table, const std::vector<Sample>& samples,
               const std::vector<Arm>& arms);

/// "dgemm NT 300 20 1000".
std::string shape_text(const Sample& sample);

/// Names and values for the table's [score] and for JSON.
std::vector<std::pair<std::string, double>> values_of(const Score& score);

}  // namespace switchblas::tune
