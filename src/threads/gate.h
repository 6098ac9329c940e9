// SPDX-License-Identifier: BSD-3-Clause
// The gate, and the thread state that a call needs around it. One call with n > 1 runs at a time in
// a process, for OpenBLAS and BLIS together: OpenBLAS lets one in anyway, and calls with different
// n side by side hang it or corrupt its buffers. Whoever finds the gate busy runs with n = 1, which
// is safe next to anything.
//
// Arguments must have been checked before: a call that leaves by longjmp would leave its state
// behind. Should one do so all the same (a signal handler), the record of it carries its frame, and
// the next call from an older frame of the same thread puts things right.
#pragma once

#include "backend/load.h"
#include "table/format.h"

namespace switchblas::threads {

/// What a call may do; given back by leave().
struct Admission {
  backend::Kind backend;
  bool inner;  ///< inside another call of this thread that set its state: nothing was changed
};

/// Takes what it needs to know of the backends. Once, before the first call.
void start_gate(const backend::Backends& backends) noexcept;

/// Chooses the arm of `ladder` for the cap of the moment, takes the gate if it has more than one
/// thread, and sets the thread's OpenMP or BLIS count. `frame` is the caller's frame address.
Admission enter(const table::Ladder& ladder, const void* frame) noexcept;
void leave(const Admission& admission) noexcept;

/// Whether results may depend on what else runs (no: a call waits for the gate).
void set_reproducible(bool on) noexcept;
bool reproducible() noexcept;

/// Where the gate is free in the parent, and one thread in the child. Registered once, after
/// OpenBLAS has registered its own handlers: ours must run before them.
void register_fork_handlers() noexcept;

}  // namespace switchblas::threads
