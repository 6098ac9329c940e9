// SPDX-License-Identifier: BSD-3-Clause
// Fills the state that calls read (state.h) from tables, backends and options. Once, under the
// loader lock.
#pragma once

#include "backend/load.h"
#include "entry/start.h"

namespace switchblas::entry {

void fill_routing(const Setting& setting, const backend::Backends& backends) noexcept;

/// From now on every routed call goes to the backend of this kind (of backend::Kind) where it has
/// the routine; -1: as the tables say. Returns 0, or -1 where that backend is not loaded.
int force_backend(int kind) noexcept;
int forced_backend() noexcept;

/// Whether any backend has the routine (index into catalogue::kRoutines). After fill_routing.
bool is_served(int routine) noexcept;

}  // namespace switchblas::entry
