// SPDX-License-Identifier: BSD-3-Clause
// Time to a few milliseconds, for what need not be done at every call. Cost: about 5 ns.
#pragma once

#include <time.h>

#include <cstdint>

namespace switchblas::threads {

/// Milliseconds of a clock that wraps around after 49 days.
inline std::uint32_t now_in_ms() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<std::uint32_t>(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

inline bool is_before(std::uint32_t now, std::uint32_t then) noexcept {
  return static_cast<std::int32_t>(now - then) < 0;
}

}  // namespace switchblas::threads
