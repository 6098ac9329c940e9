// SPDX-License-Identifier: BSD-3-Clause
#include "machine/cores.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    read_cpu_list(root, path, seen);
  }
  return cores;
}

// Whole cores of `quota` microseconds of CPU time in each `period`.
int rounded_up(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return 0;
  const long long cores = quota / period + (quota % period != 0 ? 1 : 0);
  return cores > kMaxCpus ? kMaxCpus : static_cast<int>(cores);
}

int least_limit(int a, int b) { return a == 0 ? b : b == 0 ? a : a < b ? a : b; }

int quota_v2(const FileRoot& root, const char* directory) {
  char path[kMaxPath + 16];
  char text[64];
  snprintf(path, sizeof path, "%s/cpu.max", directory);
  if (root.read_file(path, text, sizeof text) <= 0) return 0;
  long long quota = 0;
  long long period = 100000;  // what the kernel means where the second number is missing
  if (sscanf(text, "%lld %lld", &quota, &period) < 1) return 0;  // "max"
  return rounded_up(quota, period);
}

int quota_v1(const FileRoot& root, const char* directory) {
  char path[kMaxPath + 32];
  char text[64];
  snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", directory);
  if (root.read_file(path, text, sizeof text) <= 0) return 0;
  const long long quota = strtoll(text, nullptr, 10);
  snprintf(path, sizeof path, "%s/cpu.cfs_period_us", directory);
  if (root.read_file(path, text, sizeof text) <= 0) return 0;
  return rounded_up(quota, strtoll(text, nullptr, 10));
}

using QuotaReader = int (*)(const FileRoot&, const char*);

// From the group itself to the mount point: each level may have its own limit. Inside a container
// the upper levels may not be visible, or the path may be the host's: what is not there is skipped.
int quota_upwards(const FileRoot& root, const char* mount, const char* group, QuotaReader read) {
  char directory[kMaxPath];
  // A group outside of the namespace's root is shown with "/..": only the mount point is ours.
  if (strstr(group, "/..") != nullptr) group = "";
  const int length = snprintf(directory, sizeof directory, "%s%s", mount, group);
  if (length < 0) return 0;
  if (static_cast<std::size_t>(length) >= sizeof directory) {
    snprintf(directory, sizeof directory, "%s", mount);
  }
  const std::size_t mount_length = strlen(mount);
  int least = 0;
  for (;;) {
    for (std::size_t end = strlen(directory); end > mount_length && directory[end - 1] == '/';) {
      directory[--end] = '\0';
    }
    least = least_limit(least, read(root, directory));
    if (strlen(directory) <= mount_length) return least;
    *strrchr(directory, '/') = '\0';
  }
}

bool has_cpu_controller(const char* list) {
  while (*list != '\0') {
    const std::size_t length = strcspn(list, ",");
    if (length == 3 && strncmp(list, "cpu", 3) == 0) return true;
    list += length;
    list += *list == ',' ? 1 : 0;
  }
  return false;
}

// One line of /proc/self/cgroup: "0::/group" (v2) or "N:controllers:/group" (v1).
int quota_of_line(const FileRoot& root, char* line) {
  char* controllers = strchr(line, ':');
  if (controllers == nullptr) return 0;
  *controllers++ = '\0';
  char* group = strchr(controllers, ':');
  if (group == nullptr) return 0;
  *group++ = '\0';
  if (*controllers == '\0') {
    return least_limit(quota_upwards(root, "/sys/fs/cgroup", group, quota_v2),
                       quota_upwards(root, "/sys/fs/cgroup/unified", group, quota_v2));
  }
  if (!has_cpu_controller(controllers)) return 0;
  char mount[64];
  const int length = snprintf(mount, sizeof mount, "/sys/fs/cgroup/%s", controllers);
  int least = quota_upwards(root, "/sys/fs/cgroup/cpu", group, quota_v1);
  if (length > 0 && static_cast<std::size_t>(length) < sizeof mount) {
    least = least_limit(least, quota_upwards(root, mount, group, quota_v1));
  }
  return least;
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

int quota_cores(const FileRoot& root) noexcept {
  char text[8192];
  if (root.read_file("/proc/self/cgroup", text, sizeof text) <= 0) return 0;
  int least = 0;
  char* line = text;
  while (*line != '\0') {
    char* next = line + strcspn(line, "\n");
    if (*next != '\0') *next++ = '\0';
    least = least_limit(least, quota_of_line(root, line));
    line = next;
  }
  return least;
}

int usable_cores(const Cores& cores) noexcept {
  int least = cores.online;
  if (cores.affinity < least) least = cores.affinity;
  if (cores.physical < least) least = cores.physical;
  if (cores.quota > 0 && cores.quota < least) least = cores.quota;
  return least > 1 ? least : 1;
}

}  // namespace switchblas::machine
