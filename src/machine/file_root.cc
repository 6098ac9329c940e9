// SPDX-License-Identifier: BSD-3-Clause
#include "machine/file_root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

namespace switchblas::machine {

long FileRoot::read_file(const char* path, char* buffer, std::size_t size) const noexcept {
  if (size == 0) return -1;
  buffer[0] = '\0';
  char full[1024];
  const int length = snprintf(full, sizeof full, "%s%s", prefix_, path);
  if (length < 0 || static_cast<std::size_t>(length) >= sizeof full) return -1;
  const int file = open(full, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (file < 0) return -1;
  std::size_t filled = 0;
  long result = 0;
  while (filled < size - 1) {
    const ssize_t count = read(file, buffer + filled, size - 1 - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) result = -1;
    if (count <= 0) break;
    filled += static_cast<std::size_t>(count);
  }
  close(file);
  buffer[filled] = '\0';
  return result < 0 ? -1 : static_cast<long>(filled);
}

bool FileRoot::read_number(const char* path, unsigned long long& number) const noexcept {
  char text[64];
  if (read_file(path, text, sizeof text) <= 0) return false;
  char* end = nullptr;
  errno = 0;
  const unsigned long long value = strtoull(text, &end, 0);
  if (end == text || errno != 0) return false;
  number = value;
  return true;
}

}  // namespace switchblas::machine
