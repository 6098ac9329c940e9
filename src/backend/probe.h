// SPDX-License-Identifier: BSD-3-Clause
// Asks a library that the user names what cannot be seen from outside: the size of its integers and
// how it returns complex numbers. Pure calls, no state.
#pragma once

namespace switchblas::backend {

/// nullptr if the library is a BLAS with 32-bit integers, float results and GNU complex returns;
/// else what is wrong, in words.
const char* probe_interface(void* handle) noexcept;

}  // namespace switchblas::backend
