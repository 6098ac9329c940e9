// SPDX-License-Identifier: BSD-3-Clause
// Text that is put together in a buffer of the caller's, counting on where the buffer is too small:
// what snprintf does, in pieces, and as JSON. No allocation.
#pragma once

#include <cstddef>

namespace switchblas::base {

class Text {
 public:
  Text(char* buffer, std::size_t size) noexcept;

  __attribute__((format(printf, 2, 3))) void add(const char* format, ...) noexcept;

  /// A JSON string; paths and names have no control characters worth keeping.
  void quote(const char* text) noexcept;
  /// "name": "text", and `end` after it.
  void field(const char* name, const char* text, const char* end = ", ") noexcept;

  /// Of the whole text, whatever of it the buffer holds.
  std::size_t length() const noexcept { return length_; }

 private:
  char* buffer_;
  std::size_t size_;
  std::size_t length_ = 0;
};

}  // namespace switchblas::base
