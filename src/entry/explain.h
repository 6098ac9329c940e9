// SPDX-License-Identifier: BSD-3-Clause
// Where a call would go if the calling thread made it now, and why, as JSON. Changes nothing; no
// allocation. After the backends have been loaded.
#pragma once

#include <cstdint>

#include "base/text.h"

namespace switchblas::entry {

/// Flags and sizes as table/form.h has them; flags may be "" for the first letter of each. What
/// cannot be answered gives an object with "error", and with what the routine takes where it is
/// known.
void explain(const char* routine, const char* flags, const std::int64_t* sizes, int count,
             base::Text* out) noexcept;

/// "auto" for -1.
const char* forced_name(int kind) noexcept;

/// What the program has set: limits, forced backend, reproducible. Members of an object, without
/// its braces.
void add_program_settings(base::Text* out) noexcept;

}  // namespace switchblas::entry
