// SPDX-License-Identifier: BSD-3-Clause
// Times the arms of one shape side by side. A virtual machine may run at half its speed for
// seconds, so arms are compared within one interleaved round only, and the median of those
// comparisons counts. Used in the tuner's worker, from one thread.
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "tune/arms.h"
#include "tune/problem.h"

namespace switchblas::tune {

struct Contender {
  backend::Kind kind;
  int threads;
  Function function;
};

struct Timing {
  double ns = 0;      // of one call; 0 = not measured
  double spread = 0;  // of its ratio to the fastest between rounds, as a share; standard error
  int rounds = 0;     // 1 = given up after a first look: far slower than the best
};

struct MeasureOptions {
  double sample_ns = 200e3;  // least work of one sample
  int rounds = 7;            // as many again where they disagree
  bool restoring = false;    // puts operands back before each call, outside of the time
};

/// `about_to_run` is told the position of the contender whose code runs next.
std::vector<Timing> measure(Problem& problem, const std::vector<Contender>& contenders,
                            const Libraries& libraries, const MeasureOptions& options,
                            std::mt19937_64& generator,
                            const std::function<void(int)>& about_to_run);

/// How far the results are from those of the first contender with a timing (Problem::deviation()).
std::vector<double> deviations(Problem& problem, const std::vector<Contender>& contenders,
                               const std::vector<Timing>& timings, const Libraries& libraries,
                               const std::function<void(int)>& about_to_run);

double now_ns();

/// The middle one, or the mean of both; 0 for none.
double median(std::vector<double> values);

/// What rounds of samples say: one row per round, one column per contender, 0 where there is no
/// sample. Each contender's ratio to the fastest is the median of the ratios of rounds.
std::vector<Timing> summarise(const std::vector<std::vector<double>>& rounds);

}  // namespace switchblas::tune
