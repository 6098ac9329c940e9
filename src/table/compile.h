// SPDX-License-Identifier: BSD-3-Clause
// Compiles the source form of a table to the binary that the library maps (format.h). For the
// command and the build: throws and allocates, never part of the in-process library. No shared
// state, safe from any thread.
//
//   [table]
//   name = "my-machine"
//   core = "zen5"            # CPU core type that it is for; "" or absent: any
//   cores = 16               # core count that it is for; 0 or absent: any
//   openblas = "0.3.21"      # versions that the values were found with
//   blis = "0.9.0"
//
//   [score]                  # what the tuner found of it; for readers, not compiled
//   regret = 1.02
//
//   [[routines]]
//   names = ["dgemm", "trsm"]              # routines, or families for all their types
//   provenance = "measured: this machine"  # measured, published, modelled or emulated
//   cells = [                              # the first that matches holds
//     { size = [0, 110], arms = ["openblas*1"] },
//     { m = [0, 32], transa = "T", arms = ["openblas*1", "openblas*8", "openblas*all@32"] },
//     { arms = ["openblas*1", "blis*all"] },  # the last one has no bounds
//   ]
//
// Bounds [lower, upper] hold their lower end and not their upper; [lower] has no end. They are put
// on the sizes of the routine by name (m, n, k, ...), on `size` (their geometric mean), `least` or
// `most` (the smallest and largest of them). Flags are given by letter: trans N or T (C is the same
// as T), side L or R, uplo U or L.
// Arms: BACKEND*THREADS, where THREADS is a number or "all" (as many as the cap). An arm holds from
// a cap of THREADS upward, from 2 for "all"; "@8" after it says another cap. The first must hold
// from 1. A later [[routines]] replaces what an earlier one said of the same routine; a routine
// that is absent is left to the next table.
//
// Cells are kept per half octave of each size (1, 2, 3, 4-5, 6-7, 8-11, 12-15, 16-23, ...), and
// rules are evaluated at the geometric middle of each.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "table/source.h"

namespace switchblas::table {

struct Compiled {
  std::string bytes;
  std::vector<std::string> warnings;  // "FILE:LINE:COLUMN: ..." on cells that are never chosen
};

/// `file` is the name for messages. Throws SourceError.
Compiled compile_table(std::string_view toml, const std::string& file);

/// Writes a file whole or not at all: beside it first, then renamed. Throws std::runtime_error.
void write_table(const std::string& bytes, const std::filesystem::path& file);

/// Both, from file to file; returns the warnings.
std::vector<std::string> compile_file(const std::filesystem::path& source,
                                      const std::filesystem::path& target);

}  // namespace switchblas::table
