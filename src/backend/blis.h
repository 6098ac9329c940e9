// SPDX-License-Identifier: BSD-3-Clause
// BLIS, the OpenMP build: what it is once it is loaded, and how many threads a call takes.
//
// Before 1.0 BLIS has one thread count per process, which another thread can overwrite between
// setting and use. Each level-3 call reads it once, through its own import of
// bli_rntm_init_from_global: that import is bound to a function of ours, which puts the count of
// the call in flight (in_flight.h) there; outside of calls, what BLIS would have taken by itself,
// or 1 where nobody but us has this BLIS. So counts are per thread and per call in every version,
// with no lock and no setter.
#pragma once

#include "backend/library.h"

namespace switchblas::backend {

/// Fills version, kernel, max_threads, and takes over the thread count. `configuration` is the
/// sub-configuration to run, or nullptr for BLIS's own choice; `shared` says that the program had
/// this library before us. False (with one warning) where the library is no BLIS.
bool start_blis(Library* library, const char* configuration) noexcept;

/// The largest `work` (shape/arguments.h) for which one thread does it, where BLIS alone serves a
/// routine: about 100 as the side of each operand. Infinity: BLIS has no threads for the routine.
float blis_one_thread_work(const char* family) noexcept;

/// Around fork(): BLIS has no handlers of its own, and a child would inherit the locks of its
/// memory pools as other threads held them. Before: waits until none is held. After: in parent and
/// child.
void blis_before_fork() noexcept;
void blis_after_fork(bool in_child) noexcept;

/// What an import that is bound to `current` must stay bound to, nullptr if that is not ours to
/// say.
void* blis_import(void* current) noexcept;

/// Version of a loaded BLIS before it has been initialised, "" if unknown.
const char* blis_version(void* handle) noexcept;

}  // namespace switchblas::backend
