// SPDX-License-Identifier: BSD-3-Clause
// Where distributions put the flavours of a backend that can be routed to (the OpenMP builds), and
// what package brings them. Plain names such as libblas.so.3 are never used: that may be us.
#pragma once

#include "backend/kind.h"

namespace switchblas::backend {

/// The files to try for a kind, best first, ended by nullptr.
const char* const* candidates(Kind kind) noexcept;
/// The same for the reference LAPACK.
const char* const* lapack_candidates() noexcept;
/// What to install where none is there, in words: "libopenblas0-openmp (Debian, Ubuntu), ...".
const char* package_of(Kind kind) noexcept;

}  // namespace switchblas::backend
