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

#include "backend/in_flight.h"
#include "backend/load.h"
#include "table/format.h"

namespace switchblas::threads {

/// nothing: no state is needed, or an outer call of this thread has set it. count: the record of
/// the call in flight alone. all: perhaps the ICV, the gate, a permit.
enum class Changed : char { nothing, count, all };

/// What a call may do; given back by leave().
struct Admission {
  backend::Kind backend;
  Changed changed;
};

/// Takes what it needs to know of the backends. Once, before the first call.
void start_gate(const backend::Backends& backends) noexcept;

/// To be called once the backends are bound: what they ask us themselves needs no ICV.
void start_counts(const backend::Backends& backends) noexcept;

/// Chooses the arm of `ladder` for the cap of the moment, takes the gate if it has more than one
/// thread, and sets the thread's OpenMP or BLIS count. `frame` is the caller's frame address.
Admission enter(const table::Ladder& ladder, const void* frame) noexcept;

/// Gives back all that enter() took for the call in flight of this thread.
void put_back() noexcept;

/// Whether a backend takes the count of the call in flight (in_flight.h) by itself.
extern bool asks_us[backend::kKinds];

/// The short way for a call of one thread: true if nothing but the count had to be set. False:
/// nothing was done, enter() must.
__attribute__((always_inline)) inline bool enter_on_one_thread(backend::Kind kind,
                                                               const void* frame) noexcept {
  backend::InFlight& mine = backend::in_flight;
  if (mine.frame != nullptr || !asks_us[static_cast<int>(kind)]) return false;
  if (kind == backend::Kind::openblas && mine.pass != backend::Pass::has_one) return false;
  mine.frame = frame;
  mine.threads = 1;
  mine.backend = kind;
  return true;
}
inline void leave(const Admission& admission) noexcept {
  if (admission.changed == Changed::count) {
    backend::in_flight.frame = nullptr;
    backend::in_flight.threads = 0;
  } else if (admission.changed == Changed::all) {
    put_back();
  }
}

/// In reproducible mode a call waits for the gate instead of running on one thread: OpenBLAS's
/// results depend on the count.
void set_reproducible(bool on) noexcept;
bool reproducible() noexcept;

/// Where the gate is free in the parent, and one thread in the child. Registered once, after
/// OpenBLAS has registered its own handlers: ours must run before them.
void register_fork_handlers() noexcept;

}  // namespace switchblas::threads
