// SPDX-License-Identifier: BSD-3-Clause
// How a call is written down in words: the routine, one letter for each flag, its sizes. What the
// command and the library's own explanation take, and what they say where it is wrong. No
// allocation, safe from any thread.
#pragma once

#include <cstddef>

#include "catalogue/routines.h"

namespace switchblas::table {

/// The index of a routed routine in the catalogue, upper or lower case; -1 if it has none.
int find_routine(const char* name) noexcept;

/// Whether it is a BLAS or LAPACK name that goes straight to the default library.
bool is_passed_on(const char* name) noexcept;

/// What there is to say of a name that find_routine does not have. Cut to `size`, like snprintf.
void no_routine_message(const char* name, char* buffer, std::size_t size) noexcept;

/// "dgemm TRANSA(N|T|C) TRANSB(N|T|C) m n k". Cut to `size`.
void form_of(const catalogue::RoutineInfo& routine, char* buffer, std::size_t size) noexcept;

}  // namespace switchblas::table
