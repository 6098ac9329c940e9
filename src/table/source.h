// SPDX-License-Identifier: BSD-3-Clause
// The TOML source form of a table (compile.h shows it), read into rules per routine with every key,
// name and range checked against the catalogue. Not for the in-process library: throws, allocates.
// No shared state, safe from any thread.
#pragma once

#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/routines.h"
#include "table/format.h"

namespace switchblas::table {

/// what(): "FILE:LINE:COLUMN: what is wrong; what is allowed".
class SourceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Inclusive below, exclusive above.
struct Bounds {
  double lower = 0;
  double upper = std::numeric_limits<double>::infinity();
};

/// What bounds can be put on: the routine's own sizes in order, then these three.
enum Measure { kSize = kMaxDims, kLeast, kMost, kMeasures };

struct Rule {
  Bounds bounds[kMeasures];
  unsigned flag_mask = 0;  // bits of the variant number that the rule looks at
  unsigned flags = 0;      // and their values
  Ladder ladder{};
  std::string place;  // "FILE:LINE:COLUMN"
};

struct RoutineRules {
  const catalogue::RoutineInfo* routine = nullptr;
  std::string provenance;
  std::vector<Rule> rules;  // the first that matches holds; the last one matches all
};

struct TableSource {
  std::string name;
  std::string core;
  std::uint32_t cores = 0;
  std::string openblas_version;
  std::string blis_version;
  std::map<std::string, RoutineRules> routines;  // by name
};

/// `file` is the name for messages. Throws SourceError.
TableSource read_source(std::string_view toml, const std::string& file);

/// One step from "openblas*1", "blis*all@8" and so on. Throws std::invalid_argument with what is
/// allowed.
Step parse_arm(std::string_view text);

}  // namespace switchblas::table
