// SPDX-License-Identifier: BSD-3-Clause
// OpenBLAS, the OpenMP build: what it is once it is loaded, up to which size it stays on one thread
// by itself, and how many threads a call takes. Its own setters are never called (they are global,
// sticky or without effect, by version). It asks OpenMP for its count, in every version, through
// its import of omp_get_max_threads: that import is bound to a function of ours, which answers with
// the count of the call in flight (in_flight.h). So a call on one thread costs the ICV nothing. A
// team is started without a count, and takes the ICV's: for more than one thread that must be set
// too.
#pragma once

#include "backend/kernels.h"
#include "backend/library.h"

namespace switchblas::backend {

/// Fills version, kernel, max_threads; false (with one warning) where the library is not an OpenMP
/// build.
bool identify_openblas(Library* library) noexcept;

/// Makes an OpenBLAS that the program has loaded choose its kernels once more, now as `core`. Only
/// where nobody can be in it: nothing has called us yet, and all its callers come through us
/// (LoadRequest::in_global_scope). False, and nothing changed, for versions whose way of choosing
/// is not known.
bool choose_core_again(const Library& library, const char* core) noexcept;

/// What the import `name` of OpenBLAS is to be bound to, nullptr if that is not ours to say. `real`
/// answers outside of calls.
void* openblas_import(const char* name, int (*real)()) noexcept;

/// Whether the library behind `handle` asks us for its count.
bool openblas_asks_us(void* handle) noexcept;

/// The largest `work` (shape/arguments.h) at which the routine starts no thread and touches no
/// process-wide state whatever the ICV is: there the ICV need not be set to 1. -1: never; infinity:
/// always. Source: interface/*.c of OpenBLAS 0.3.20 to 0.3.29, the lowest bound of all
/// architectures; newer versions ask for their thread count before they look at the size.
float openblas_serial_work(const char* family, char type, const Version& version) noexcept;

/// Whether the routine must never have more than one thread: gemm3m hangs on two (0.3.21, seen with
/// 72 x 99 x 61).
bool openblas_hangs_on_threads(const char* family) noexcept;

}  // namespace switchblas::backend
