// SPDX-License-Identifier: BSD-3-Clause
// The functions behind the exported symbols, by their index in catalogue::kSymbols. Constant
// tables.
#pragma once

namespace switchblas::entry {

/// The typed, CBLAS, own or API function of a symbol; nullptr for names that are forwarded.
void* entry_of_symbol(int symbol) noexcept;

/// The typed Fortran entry of a routine (index into catalogue::kRoutines).
void* entry_of_routine(int routine) noexcept;

}  // namespace switchblas::entry
