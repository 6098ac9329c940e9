// SPDX-License-Identifier: BSD-3-Clause
// Opens a compiled table: maps the file read-only and checks all of it, so that readers (find.h)
// need no checks. Owns the mapping until close_table. Any number of threads may open and read; a
// file is replaced by rename only (write_table does), since cutting a mapped file short kills its
// readers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "table/format.h"

namespace switchblas::table {

enum class OpenError : std::uint8_t {
  none,
  missing,      // no such file
  unreadable,   // the system refuses; system_error says why
  not_a_table,  // something else: no regular file, too small or without the magic
  version,      // a format that this library does not read
  size,         // cut short or longer than it says
  checksum,
  structure,  // checksum right, but an offset, cell, step or string is out of range
};

struct Opened {
  const Header* table = nullptr;  // nullptr where error says why
  OpenError error = OpenError::none;
  int system_error = 0;  // errno of `unreadable`
};

/// Never throws, allocates nothing but the mapping.
Opened open_table(const char* path) noexcept;

/// Unmaps what open_table has returned; nullptr is allowed.
void close_table(const Header* table) noexcept;

/// The checks of open_table on `size` bytes in memory, aligned as Header is.
OpenError check_table(const void* bytes, std::size_t size) noexcept;

/// One line on why `path` was not opened and what to do; cut to `size` with its terminating zero.
void open_message(const Opened& opened, const char* path, char* buffer, std::size_t size) noexcept;

}  // namespace switchblas::table
