// SPDX-License-Identifier: BSD-3-Clause
// The tuner's worker: the process in which the backends run, so that one that crashes or hangs
// costs an arm and not the run. Reads requests from stdin and answers on stdout, in lines:
//
//   case SAMPLE_NS ROUNDS CHECK FAMILY TYPE FLAGS PADDING OFFSET M N K KIND:THREADS...
//     -> "timing I NS SPREAD ROUNDS", "differs I DEVIATION", then "done"
//   add FAMILY TYPE FLAGS PADDING OFFSET M N K KIND:THREADS...
//     one call of the next stream, with its arm in each policy -> "done"
//   stream SECONDS SEED
//     calls in random order, again and again, each time by the arms of another policy
//     -> "pass POLICY NS", "single POLICY CALL NS", then "done"
//
// Before backend code runs, the position of its arm is put into the shared integer of file
// descriptor 3, for the parent to know which one it was.
#pragma once

#include "tune/libraries.h"

namespace switchblas::tune {

inline constexpr int kMarkDescriptor = 3;

/// Ends when stdin does; returns the exit code.
int run_worker(const LibraryChoice& openblas, const LibraryChoice& blis);

}  // namespace switchblas::tune
