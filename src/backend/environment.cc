// SPDX-License-Identifier: BSD-3-Clause
#include "backend/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace switchblas::backend {

EnvironmentOverlay::EnvironmentOverlay(const char* name, const char* value) noexcept {
  if (value == nullptr || getenv(name) != nullptr || environ == nullptr) return;
  std::size_t count = 0;
  while (environ[count] != nullptr) ++count;
  const std::size_t text = strlen(name) + strlen(value) + 2;
  // The list and the text of the new variable in one piece. It is kept for good: a library may hold
  // on to what getenv gave it.
  char** copy = static_cast<char**>(malloc((count + 2) * sizeof(char*) + text));
  if (copy == nullptr) return;
  char* entry = reinterpret_cast<char*>(copy + count + 2);
  snprintf(entry, text, "%s=%s", name, value);
  copy[0] = entry;
  memcpy(copy + 1, environ, (count + 1) * sizeof(char*));
  before_ = environ;
  copy_ = copy;
  environ = copy;
}

EnvironmentOverlay::~EnvironmentOverlay() {
  // Another thread may have called setenv meanwhile, which puts its own list in place: then that
  // one stays.
  if (copy_ != nullptr && environ == copy_) environ = before_;
}

}  // namespace switchblas::backend
