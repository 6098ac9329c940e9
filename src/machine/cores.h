// SPDX-License-Identifier: BSD-3-Clause
// How many cores a process can use: online, physical where SMT is on, in its affinity mask, and by
// the CPU quota of its control group. Limits that programs set (OpenMP, environment) are not here.
// Thread-safety: reads the machine each time; nothing is kept. No allocation.
// Cost: some ten file reads, and one for each physical core where SMT is on.
#pragma once

#include <cstdint>

#include "machine/file_root.h"

namespace switchblas::machine {

inline constexpr int kMaxCpus = 8192;  // the most that Linux can be built for

/// A set of logical CPUs by number.
struct CpuSet {
  std::uint64_t words[kMaxCpus / 64] = {};

  bool has(int cpu) const noexcept {
    return cpu >= 0 && cpu < kMaxCpus && ((words[cpu / 64] >> (cpu % 64)) & 1) != 0;
  }
  void add(int cpu) noexcept {
    if (cpu >= 0 && cpu < kMaxCpus) words[cpu / 64] |= std::uint64_t{1} << (cpu % 64);
  }
  int count() const noexcept;
};

/// Adds the CPUs of a list as the kernel writes it ("0-3,8,10-11"); false where it is not one.
bool add_cpu_list(const char* text, CpuSet& set) noexcept;

/// The calling thread's affinity mask; false where the kernel does not tell.
bool affinity_mask(CpuSet& set) noexcept;

struct Cores {
  int online = 1;    ///< logical CPUs of the machine
  int affinity = 1;  ///< of them, those that the calling thread may run on
  int physical = 1;  ///< physical cores that have at least one CPU among those
  int quota = 0;     ///< of the control groups, rounded up; 0 = no limit
};

/// `mask` null: no affinity mask (all CPUs that are online).
Cores count_cores(const FileRoot& root, const CpuSet* mask) noexcept;

/// With the calling thread's mask, where `root` is this machine; without one where it is another.
Cores count_cores(const FileRoot& root) noexcept;

struct Quota {
  int cores = 0;        ///< rounded up; 0 = no limit
  char limit[64] = "";  ///< as the machine has it: "cpu.max 150000 100000"
};

/// The least CPU quota of the process's control group and all above it (v1 and v2).
Quota cpu_quota(const FileRoot& root) noexcept;
int quota_cores(const FileRoot& root) noexcept;

/// Which CPUs share a core, for masks that change later: read once.
struct CoreMap {
  CpuSet online;
  std::uint16_t core_of[kMaxCpus] = {};  ///< its first CPU
};

void read_core_map(const FileRoot& root, CoreMap& map) noexcept;
/// Cores with at least one CPU that is online and in the mask. Cost: about a microsecond.
int physical_cores(const CoreMap& map, const CpuSet& mask) noexcept;

/// The least of them: the most threads that can run at once without sharing a core.
int usable_cores(const Cores& cores) noexcept;

}  // namespace switchblas::machine
