// SPDX-License-Identifier: BSD-3-Clause
// What a program sets with OpenBLAS's own openblas_set_num_threads, as threadpoolctl does on the
// loaded library, past us. The setter's effect differs by version: 0.3.21 writes the caller's
// OpenMP ICV and the global count; 0.3.29 writes the global count, which the next call overwrites;
// 0.3.34 adds a flag that makes the count stick, inside parallel regions too. Here the global count
// is read as a limit of the process and the flag is cleared. OpenBLAS itself writes the same count
// at each call with threads, so it is put back after ours.
//
// BLIS's own count is no such limit: threadpoolctl 3.1 reads "not set" (-1) as 1, and writes 1 when
// its block ends.
#pragma once

#include "backend/library.h"

namespace switchblas::backend {

/// Finds the variables; nothing happens below where the library does not export them. Once, after
/// the library is loaded.
void start_openblas_limits(const Library& openblas) noexcept;

/// The limit that the program has set, 0 for none. Clears the flag. Cost: two loads.
int openblas_limit() noexcept;

/// Before a call with one thread: clears the flag, which would give it more. Cost: one load.
void openblas_clear_flag() noexcept;

/// Whether this version has the flag: then each call must clear it, whatever else it asks us.
bool openblas_has_flag() noexcept;

/// Around a call with more than one thread, under the gate. Before: also gives OpenBLAS the maximum
/// back that it had when it was loaded (0.3.29 and later sample it again after a fork, from the ICV
/// of the moment). `threads` is what the call gets. After: nothing happens where there was no
/// before.
void openblas_before_threads(int threads) noexcept;
void openblas_after_threads() noexcept;

/// In a forked child: a call of the parent that was in flight will not put anything back.
void openblas_in_child() noexcept;

}  // namespace switchblas::backend
