// SPDX-License-Identifier: BSD-3-Clause
// What the library says on stderr: prefixed "switchblas: ", one line, capped in number.
// Never writes stdout, never allocates, safe from any thread (one write(2) per line).
#pragma once

namespace switchblas::base {

/// A warning that ends in what to do about it. After 20 of them the process hears no more.
void warn(const char* format, ...) noexcept __attribute__((format(printf, 1, 2)));

/// Shown where SWITCHBLAS_VERBOSE is at least `level` (set_verbosity).
void inform(int level, const char* format, ...) noexcept __attribute__((format(printf, 2, 3)));
void set_verbosity(int level) noexcept;

/// Says why and aborts: only where going on would give wrong numbers.
[[noreturn]] void fatal(const char* format, ...) noexcept __attribute__((format(printf, 1, 2)));

}  // namespace switchblas::base
