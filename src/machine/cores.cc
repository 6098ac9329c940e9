// SPDX-License-Identifier: BSD-3-Clause
#include "machine/cores.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/control_groups.h"

namespace switchblas::machine {
namespace {

constexpr std::size_t kMaxPath = 768;

bool read_cpu_list(const FileRoot& root, const char* path, CpuSet& set) {
  char text[4096];
  return root.read_file(path, text, sizeof text) > 0 && add_cpu_list(text, set);
}

void read_online(const FileRoot& root, CpuSet& set) {
  if (read_cpu_list(root, "/sys/devices/system/cpu/online", set)) return;
  set = CpuSet{};
  const long count = root.is_this_machine() ? sysconf(_SC_NPROCESSORS_ONLN) : 1;
  for (int cpu = 0; cpu < (count > 0 ? count : 1); ++cpu) set.add(cpu);
}

bool smt_is_off(const FileRoot& root) {
  unsigned long long active = 1;
  return root.read_number("/sys/devices/system/cpu/smt/active", active) && active == 0;
}

void read_siblings(const FileRoot& root, int cpu, CpuSet& set) {
  char path[96];
  snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
  read_cpu_list(root, path, set);
}

// Each list of siblings is one core: the CPUs on it need not be looked at again.
int count_physical(const FileRoot& root, const CpuSet& allowed) {
  const int logical = allowed.count();
  if (smt_is_off(root)) return logical;
  CpuSet seen;
  int cores = 0;
  for (int cpu = 0, left = logical; cpu < kMaxCpus && left > 0; ++cpu) {
    if (!allowed.has(cpu)) continue;
    --left;
    if (seen.has(cpu)) continue;
    ++cores;
    read_siblings(root, cpu, seen);
  }
  return cores;
}

// Whole cores of `quota` microseconds of CPU time in each `period`.
int rounded_up(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return 0;
  const long long cores = quota / period + (quota % period != 0 ? 1 : 0);
  return cores > kMaxCpus ? kMaxCpus : static_cast<int>(cores);
}

void keep_least(Quota* least, const char* name, long long quota, long long period) {
  const int cores = rounded_up(quota, period);
  if (cores == 0 || (least->cores != 0 && least->cores <= cores)) return;
  least->cores = cores;
  snprintf(least->limit, sizeof least->limit, "%s %lld %lld", name, quota, period);
}

void quota_v2(void* least, const FileRoot& root, const char* directory) {
  char path[kMaxPath + 16];
  char text[64];
  snprintf(path, sizeof path, "%s/cpu.max", directory);
  if (root.read_file(path, text, sizeof text) <= 0) return;
  long long quota = 0;
  long long period = 100000;  // what the kernel means where the second number is missing
  if (sscanf(text, "%lld %lld", &quota, &period) < 1) return;  // "max"
  keep_least(static_cast<Quota*>(least), "cpu.max", quota, period);
}

void quota_v1(void* least, const FileRoot& root, const char* directory) {
  char path[kMaxPath + 32];
  char text[64];
  snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", directory);
  if (root.read_file(path, text, sizeof text) <= 0) return;
  const long long quota = strtoll(text, nullptr, 10);
  snprintf(path, sizeof path, "%s/cpu.cfs_period_us", directory);
  if (root.read_file(path, text, sizeof text) <= 0) return;
  keep_least(static_cast<Quota*>(least), "cpu.cfs_quota_us", quota, strtoll(text, nullptr, 10));
}

}  // namespace

int CpuSet::count() const noexcept {
  int total = 0;
  for (std::uint64_t word : words) {
    for (; word != 0; word &= word - 1) ++total;  // a builtin may need libgcc here
  }
  return total;
}

bool add_cpu_list(const char* text, CpuSet& set) noexcept {
  bool any = false;
  while (*text >= '0' && *text <= '9') {
    char* end = nullptr;
    const long first = strtol(text, &end, 10);
    long last = first;
    if (*end == '-') {
      const char* number = end + 1;
      if (*number < '0' || *number > '9') return false;
      last = strtol(number, &end, 10);
    }
    if (last < first) return false;
    for (long cpu = first; cpu <= last && cpu < kMaxCpus; ++cpu) set.add(static_cast<int>(cpu));
    any = true;
    text = end;
    if (*text != ',') break;
    ++text;
  }
  return any && (*text == '\0' || *text == '\n');
}

bool affinity_mask(CpuSet& set) noexcept {
  // The kernel refuses a mask smaller than its own; this one is as large as any can be.
  static_assert(sizeof(unsigned long) == sizeof set.words[0]);
  set = CpuSet{};
  return sched_getaffinity(0, sizeof set.words, reinterpret_cast<cpu_set_t*>(set.words)) == 0;
}

Cores count_cores(const FileRoot& root, const CpuSet* mask) noexcept {
  CpuSet allowed;
  read_online(root, allowed);
  Cores cores;
  cores.online = allowed.count();
  if (mask != nullptr) {
    CpuSet both;
    for (int i = 0; i < kMaxCpus / 64; ++i) both.words[i] = allowed.words[i] & mask->words[i];
    if (both.count() > 0) allowed = both;
  }
  cores.affinity = allowed.count();
  cores.physical = count_physical(root, allowed);
  cores.quota = quota_cores(root);
  return cores;
}

Cores count_cores(const FileRoot& root) noexcept {
  CpuSet mask;
  const bool masked = root.is_this_machine() && affinity_mask(mask);
  return count_cores(root, masked ? &mask : nullptr);
}

Quota cpu_quota(const FileRoot& root) noexcept {
  Quota least;
  visit_groups(root, "cpu", {quota_v1, quota_v2}, &least);
  return least;
}

int quota_cores(const FileRoot& root) noexcept { return cpu_quota(root).cores; }

void read_core_map(const FileRoot& root, CoreMap& map) noexcept {
  read_online(root, map.online);
  const bool one_each = smt_is_off(root);
  CpuSet seen;
  for (int cpu = 0; cpu < kMaxCpus; ++cpu) {
    if (!map.online.has(cpu) || seen.has(cpu)) continue;
    map.core_of[cpu] = static_cast<std::uint16_t>(cpu);
    if (one_each) continue;
    CpuSet siblings;
    read_siblings(root, cpu, siblings);
    for (int other = cpu; other < kMaxCpus; ++other) {
      if (!siblings.has(other)) continue;
      seen.add(other);
      map.core_of[other] = static_cast<std::uint16_t>(cpu);
    }
  }
}

int physical_cores(const CoreMap& map, const CpuSet& mask) noexcept {
  CpuSet cores;
  for (int cpu = 0; cpu < kMaxCpus; ++cpu) {
    if (mask.words[cpu / 64] == 0) {
      cpu += 63;
    } else if (mask.has(cpu) && map.online.has(cpu)) {
      cores.add(map.core_of[cpu]);
    }
  }
  return cores.count();
}

int usable_cores(const Cores& cores) noexcept {
  int least = cores.online;
  if (cores.affinity < least) least = cores.affinity;
  if (cores.physical < least) least = cores.physical;
  if (cores.quota > 0 && cores.quota < least) least = cores.quota;
  return least > 1 ? least : 1;
}

}  // namespace switchblas::machine
