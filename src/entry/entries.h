// SPDX-License-Identifier: BSD-3-Clause
// The functions behind the exported symbols, by their index in catalogue::kSymbols. Constant
// tables.
#pragma once

namespace switchblas::entry {

/// The typed, CBLAS, own or API function of a symbol; nullptr for names that are forwarded.
void* entry_of_symbol(int symbol) noexcept;

/// Where the typed Fortran entry of a routine (index into catalogue::kRoutines) goes with what
/// cannot go to a backend as it is.
void* entry_with_state_of(int routine) noexcept;

/// The CBLAS function of a routine with all its checks, nullptr if it has none.
void* checked_cblas_of_routine(int routine) noexcept;

}  // namespace switchblas::entry
