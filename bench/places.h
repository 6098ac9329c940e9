// SPDX-License-Identifier: BSD-3-Clause
// Where benchmarks find the distribution's libraries, and how many CPUs they may use. No state.
#pragma once

#include <sched.h>

#include <string>

namespace switchblas::bench {

using Function = void (*)();

/// "/usr/lib/x86_64-linux-gnu/" + file, for the architecture that this was built for.
inline std::string distribution_file(const std::string& file) {
#if defined(__x86_64__)
  return "/usr/lib/x86_64-linux-gnu/" + file;
#elif defined(__aarch64__)
  return "/usr/lib/aarch64-linux-gnu/" + file;
#else
#error "no library paths known for this architecture"
#endif
}

inline int usable_cpus() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace switchblas::bench
