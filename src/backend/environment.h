// SPDX-License-Identifier: BSD-3-Clause
// One more environment variable for as long as the object lives, for libraries that read their
// settings while they are loaded. setenv would change memory that other threads may be reading:
// instead `environ` points at a copy of the pointer list for the moment. Used only under the loader
// lock.
#pragma once

namespace switchblas::backend {

class EnvironmentOverlay {
 public:
  /// Nothing happens where the user has set `name`, or where `value` is nullptr.
  EnvironmentOverlay(const char* name, const char* value) noexcept;
  ~EnvironmentOverlay();
  EnvironmentOverlay(const EnvironmentOverlay&) = delete;
  EnvironmentOverlay& operator=(const EnvironmentOverlay&) = delete;

 private:
  char** before_ = nullptr;
  char** copy_ = nullptr;
};

}  // namespace switchblas::backend
