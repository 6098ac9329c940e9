// SPDX-License-Identifier: BSD-3-Clause
// Fills the state that calls read (state.h) from tables, backends and options. Once, under the
// loader lock.
#pragma once

#include "backend/load.h"
#include "entry/start.h"

namespace switchblas::entry {

void fill_routing(const Setting& setting, const backend::Backends& backends) noexcept;

/// Sends every routed call of the process to one backend (index of backend::Kind) where that has
/// the routine, from now on; -1: as the tables say. 0, or -1 and nothing changed where it is not
/// loaded. After fill_routing, from any thread.
int force_backend(int kind) noexcept;
int forced_backend() noexcept;

/// Whether small calls of the routine may be direct (call.h): OpenBLAS does them on one thread by
/// itself, or BLIS alone serves it. After fill_routing.
bool is_ever_small(int routine) noexcept;

/// Whether any backend has the routine (index into catalogue::kRoutines). After fill_routing.
bool is_served(int routine) noexcept;

}  // namespace switchblas::entry
