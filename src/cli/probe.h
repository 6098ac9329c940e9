// SPDX-License-Identifier: BSD-3-Clause
// The kernel probe: runs each candidate kernel of OpenBLAS and BLIS in a child process, checks its
// numbers, measures it, and keeps the best one that is right as the verdict that the library reads
// (backend/verdict.h). Used from one thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backend/kind.h"
#include "machine/cpu.h"

namespace switchblas::cli {

struct KernelTrial {
  std::string core;
  bool passed = false;
  std::string problem;   ///< why it did not pass
  nlohmann::json speed;  ///< 1e9 operations per second by case
  double score = 0;      ///< their geometric mean
};

struct LibraryProbe {
  backend::Kind kind = backend::Kind::openblas;
  std::string path;  ///< empty: not installed
  std::string version;
  std::string automatic;
  std::string safe;     ///< what would be chosen without a probe
  std::string verdict;  ///< empty: none
  bool kept = false;    ///< from an earlier probe
  std::vector<KernelTrial> trials;
  std::string problem;  ///< why there is no verdict, or why it could not be kept
};

struct ProbeRequest {
  const machine::Cpu* cpu;
  bool again;   ///< whether a kept verdict is passed over
  bool system;  ///< keep it for all users of the machine
};

std::vector<LibraryProbe> probe_kernels(const ProbeRequest& request);

/// The version that the library in a file says it has, asked in a child process; empty where it
/// does not start.
std::string library_version(const std::string& path);

/// The file of a backend that would be loaded: the environment's, else the first of the known
/// places; empty where there is none.
std::string library_file(backend::Kind kind);

}  // namespace switchblas::cli
