// SPDX-License-Identifier: BSD-3-Clause
// Fills the state that calls read (state.h) from tables, backends and options. Once, under the
// loader lock.
#pragma once

#include "backend/load.h"
#include "entry/start.h"

namespace switchblas::entry {

void fill_routing(const Setting& setting, const backend::Backends& backends) noexcept;

/// Whether any backend has the routine (index into catalogue::kRoutines). After fill_routing.
bool is_served(int routine) noexcept;

}  // namespace switchblas::entry
