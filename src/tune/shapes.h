// SPDX-License-Identifier: BSD-3-Clause
// What is measured: one routine, its flags and sizes. Which shapes fill the space of sizes evenly,
// and which are kept apart for the score. Pure functions of their arguments.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tune/problem.h"

namespace switchblas::tune {

/// One routine with one combination of flags.
struct Subject {
  const Family* family = nullptr;
  int type = 0;       // index into Problem::kTypes
  std::string flags;  // one letter for each flag that is varied
  const char* routine() const { return family->routines[static_cast<std::size_t>(type)]; }
  int dims() const;
};

/// Sizes in the order of the family's dims; 0 behind them.
using Sizes = std::array<int, 3>;

struct Selection {
  std::vector<std::string> routines;  // routines or families; none = all
  std::string types = "sdcz";
};

/// Every routine and combination of flags that is selected. Throws std::invalid_argument for a name
/// or type that is not measured.
std::vector<Subject> make_subjects(const Selection& selection);

Shape shape_of(const Family& family, const Sizes& sizes);
/// What one call takes on one core, roughly.
double guess_ns(const Subject& subject, const Sizes& sizes);

/// The index-th point of a sequence that fills the logarithms of sizes evenly from 2 up; each third
/// one has equal sizes. Sizes are cut until a call takes no more than `max_ns`.
Sizes filling_point(const Subject& subject, std::uint64_t index, double max_ns);

/// The index-th shape that is never tuned on: log-uniform from 2 to 2048 (vectors further), drawn
/// from a fixed seed; smaller where a call would take more than `max_ns`.
Sizes held_out_point(const Subject& subject, std::uint64_t index, double max_ns);

/// Half of the shapes lie as a new array does, the others with longer columns or an odd start.
Placement placement_of(const Subject& subject, const Sizes& sizes);

}  // namespace switchblas::tune
