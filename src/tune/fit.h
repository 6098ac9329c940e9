// SPDX-License-Identifier: BSD-3-Clause
// From times to rules: for one routine, a small decision tree over its sizes and flags is grown on
// what was measured; its leaves become the cells of a table. What a leaf answers is a ladder: the
// arm at a cap of 1 and the arm at all threads. Pure functions, the same result on every machine.
//
// What a ladder costs at a shape is the sum over both caps of log(time / time of the best arm),
// where the time is the geometric mean of that in a hot loop and that in a mixed stream of calls.
// The simpler arm (one thread before all, OpenBLAS before BLIS) wins where the other gains less
// than the margin; being slower than what programs had before counts more than not being fastest.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tune/arms.h"

namespace switchblas::tune {

struct Point {
  std::vector<double> sizes;
  std::string flags;       // one letter for each flag
  std::vector<double> ns;  // of each arm; 0 = not measured
  double guess = 1;        // of the time of a call, from its work alone
};

struct Form {
  std::vector<std::string> dims;   // names of the sizes
  std::vector<std::string> flags;  // names of the flags
};

struct FitOptions {
  double margin = 0.03;           // log of a gain that is not worth an arm that is less simple
  double penalty = 0.25;          // summed log regret that a further cell must gain
  double penalty_each = 0.001;    // likewise, for each point, where there are many
  double loss = 1;                // weight of being slower than the base arm, beyond kNoLoss
  std::vector<double> stream_ns;  // of each arm: what a call costs more between calls of other arms
};

/// Positions of arms; the same where one arm holds for all caps.
struct Ladder {
  int one = 0;
  int many = 0;
  bool operator==(const Ladder&) const = default;
};

struct Cell {
  struct Range {
    std::string measure;  // a size by name, or "size", "least", "most"
    double lower, upper;  // infinity: no end
  };
  std::vector<Range> ranges;
  std::vector<std::pair<std::string, char>> flags;
  Ladder ladder;
};

/// The first cell that matches holds; the last one has no bounds. Empty where there are too few
/// points to say anything.
std::vector<Cell> fit(const std::vector<Point>& points, const std::vector<Arm>& arms,
                      const Form& form, const FitOptions& options);

/// What the answer of the `nearest` other points would cost at point `index`, above its own: high
/// where a border runs, and where a time is wrong.
double misfit(const std::vector<Point>& points, const std::vector<Arm>& arms, std::size_t index,
              const FitOptions& options, std::size_t nearest);

/// Mean cost above the best ladder at the `nearest` points to a shape: what a sample there may
/// teach.
double uncertainty(const std::vector<Point>& points, const std::vector<Arm>& arms, const Point& at,
                   const FitOptions& options, std::size_t nearest);

}  // namespace switchblas::tune
