// SPDX-License-Identifier: BSD-3-Clause
// Which kernels of a library the probe tries on a CPU: those whose instructions the CPU is proved
// to have and that are not known to be wrong. Pure functions, no state.
#pragma once

#include <string>
#include <vector>

#include "backend/kernels.h"
#include "backend/kind.h"
#include "machine/cpu.h"

namespace switchblas::cli {

struct Candidates {
  std::string safe;                  ///< what would be chosen without a probe
  std::vector<std::string> tried;    ///< with `safe` first, if it is to be tried
  std::vector<std::string> avoided;  ///< known to be wrong in this version: not tried
};

/// What would be chosen without a probe, as the library chooses it; `automatic` where that is the
/// library's own choice.
std::string safe_choice(backend::Kind kind, const machine::Cpu& cpu,
                        const backend::Version& version, const std::string& automatic,
                        const std::string& path);

/// `automatic`: the kernel that the library takes by itself.
Candidates candidates_of(backend::Kind kind, const machine::Cpu& cpu,
                         const backend::Version& version, const std::string& automatic,
                         const std::string& path);

}  // namespace switchblas::cli
