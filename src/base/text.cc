// SPDX-License-Identifier: BSD-3-Clause
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

namespace switchblas::base {

Text::Text(char* buffer, std::size_t size) noexcept
    : buffer_(buffer), size_(buffer != nullptr ? size : 0) {
  if (size_ > 0) buffer_[0] = '\0';
}

void Text::add(const char* format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  const std::size_t room = length_ < size_ ? size_ - length_ : 0;
  const int more = vsnprintf(room > 0 ? buffer_ + length_ : nullptr, room, format, arguments);
  va_end(arguments);
  if (more > 0) length_ += static_cast<std::size_t>(more);
}

void Text::quote(const char* text) noexcept {
  add("\"");
  for (; *text != '\0'; ++text) {
    if (*text == '"' || *text == '\\') add("\\");
    if (static_cast<unsigned char>(*text) >= ' ') add("%c", *text);
  }
  add("\"");
}

void Text::field(const char* name, const char* text, const char* end) noexcept {
  add("\"%s\": ", name);
  quote(text);
  add("%s", end);
}

}  // namespace switchblas::base
