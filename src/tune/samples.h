// SPDX-License-Identifier: BSD-3-Clause
// What was measured, and the file that keeps it: written as it is measured, so that a later run
// goes on from it. CSV: a comment with what the times depend on (machine, libraries, kernels), a
// line of names, one line per shape with "NS;SPREAD;ROUNDS" for each arm. Used from one thread.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tune/arms.h"
#include "tune/measure.h"
#include "tune/shapes.h"

namespace switchblas::tune {

struct Sample {
  Subject subject;
  Sizes sizes{};
  std::vector<Timing> timings;  // one for each arm; ns = 0: not measured
  bool held_out = false;        // for the score, never for the fit
};

class SampleFile {
 public:
  /// Reads what is there, if it was measured under the same `conditions` with the same arms; else
  /// it is put aside as FILE.old. Throws std::runtime_error where the file cannot be written.
  SampleFile(const std::filesystem::path& file, const std::string& conditions,
             const std::vector<Arm>& arms);

  const std::vector<Sample>& found() const { return found_; }
  /// Whether there were samples of other conditions.
  bool started_over() const { return started_over_; }
  void append(const Sample& sample);

 private:
  void read(std::istream& in);

  std::size_t arms_;
  std::vector<Sample> found_;
  bool started_over_ = false;
  std::ofstream out_;
};

}  // namespace switchblas::tune
