// SPDX-License-Identifier: BSD-3-Clause
#include "base/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atomic>

namespace switchblas::base {
namespace {

constexpr int kMaxWarnings = 20;
constexpr std::size_t kMaxLine = 1024;

std::atomic<int> warnings{0};
std::atomic<int> verbosity{0};

// One write per line keeps the lines of several threads and processes apart.
void write_all(const char* text, std::size_t size) {
  while (size > 0) {
    ssize_t written = write(STDERR_FILENO, text, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

void write_line(const char* prefix, const char* format, va_list arguments) {
  const int saved_errno = errno;
  char line[kMaxLine];
  const std::size_t start = strlen(prefix);
  for (std::size_t i = 0; i < start; ++i) line[i] = prefix[i];
  const std::size_t room = sizeof line - start - 1;  // one byte stays free for the newline
  const int needed = vsnprintf(line + start, room, format, arguments);
  std::size_t length = start;
  if (needed > 0) {
    const bool cut = static_cast<std::size_t>(needed) >= room;
    length += cut ? room - 1 : static_cast<std::size_t>(needed);
    if (cut) line[length - 1] = line[length - 2] = line[length - 3] = '.';
  }
  line[length++] = '\n';
  write_all(line, length);
  errno = saved_errno;
}

}  // namespace

void warn(const char* format, ...) noexcept {
  // Read first: a counter that only grows would wrap in a process that lives for years.
  if (warnings.load(std::memory_order_relaxed) > kMaxWarnings) return;
  const int before = warnings.fetch_add(1, std::memory_order_relaxed);
  if (before > kMaxWarnings) return;
  if (before == kMaxWarnings) {
    const int saved_errno = errno;
    constexpr char last_line[] = "switchblas: warning: no further warnings are shown\n";
    write_all(last_line, sizeof last_line - 1);
    errno = saved_errno;
    return;
  }
  va_list arguments;
  va_start(arguments, format);
  write_line("switchblas: warning: ", format, arguments);
  va_end(arguments);
}

void inform(int level, const char* format, ...) noexcept {
  if (level > verbosity.load(std::memory_order_relaxed)) return;
  va_list arguments;
  va_start(arguments, format);
  write_line("switchblas: ", format, arguments);
  va_end(arguments);
}

void set_verbosity(int level) noexcept { verbosity.store(level, std::memory_order_relaxed); }

void fatal(const char* format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  write_line("switchblas: error: ", format, arguments);
  va_end(arguments);
  abort();
}

}  // namespace switchblas::base
