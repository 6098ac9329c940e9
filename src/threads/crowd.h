// SPDX-License-Identifier: BSD-3-Clause
// Keeps the number of threads that are in OpenBLAS at once below the number of its buffers: past
// them it crashes (0.3.21 with 192 calling threads, even at one thread per call). The first threads
// of a process get a pass for as long as they live, and never wait; those beyond them share the
// permits that are left, one per call.
#pragma once

#include "backend/in_flight.h"
#include "backend/library.h"

namespace switchblas::threads {

inline bool has_pass() { return backend::in_flight.pass == backend::Pass::has_one; }

/// Counts OpenBLAS's buffers; a team of `highest_cap` threads keeps as many. Once, before the first
/// call.
void start_crowd(const backend::Library& openblas, int highest_cap) noexcept;

/// Gives the thread a pass if one is left, or waits for a permit. True if it has a permit, to be
/// given back.
bool take_permit() noexcept;
void give_permit_back() noexcept;

/// The child has one thread, whose pass it keeps; permits held elsewhere are gone.
void leave_crowd_in_child() noexcept;

}  // namespace switchblas::threads
