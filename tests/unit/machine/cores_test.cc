// SPDX-License-Identifier: BSD-3-Clause
#include "machine/cores.h"

#include <gtest/gtest.h>

#include <string>

#include "temporary_tree.h"

namespace switchblas::machine {
namespace {

CpuSet set_of(const char* list) {
  CpuSet set;
  EXPECT_TRUE(add_cpu_list(list, set)) << list;
  return set;
}

// `cpus` logical CPUs, cpu and cpu + cpus / 2 on one core, as Linux numbers them on servers.
void write_smt_machine(TemporaryTree& tree, int cpus) {
  const std::string base = "/sys/devices/system/cpu/";
  tree.write(base + "online", "0-" + std::to_string(cpus - 1) + "\n");
  tree.write(base + "smt/active", "1\n");
  for (int cpu = 0; cpu < cpus; ++cpu) {
    const int first = cpu % (cpus / 2);
    tree.write(base + "cpu" + std::to_string(cpu) + "/topology/thread_siblings_list",
               std::to_string(first) + "," + std::to_string(first + cpus / 2) + "\n");
  }
}

TEST(CpuList, Forms) {
  EXPECT_EQ(set_of("0\n").count(), 1);
  EXPECT_EQ(set_of("0-3,8,10-11\n").count(), 7);
  EXPECT_TRUE(set_of("0-3,8").has(8));
  EXPECT_FALSE(set_of("0-3,8").has(4));
  EXPECT_EQ(set_of("8190-9000").count(), 2);
  CpuSet set;
  for (const char* wrong : {"", "\n", "max", "3-1", "1-", "1-x", "0-3;4", "-1"}) {
    EXPECT_FALSE(add_cpu_list(wrong, set)) << wrong;
  }
  EXPECT_FALSE(set.has(-1));
  EXPECT_FALSE(set.has(kMaxCpus));
}

TEST(Cores, WithoutSmt) {
  TemporaryTree tree;
  tree.write("/sys/devices/system/cpu/online", "0-63\n");
  tree.write("/sys/devices/system/cpu/smt/active", "0\n");
  const Cores cores = count_cores(tree.root());
  EXPECT_EQ(cores.online, 64);
  EXPECT_EQ(cores.affinity, 64);
  EXPECT_EQ(cores.physical, 64);
  EXPECT_EQ(cores.quota, 0);
  EXPECT_EQ(usable_cores(cores), 64);
}

TEST(Cores, SmtCountsCoresOnce) {
  TemporaryTree tree;
  write_smt_machine(tree, 16);
  const Cores cores = count_cores(tree.root());
  EXPECT_EQ(cores.online, 16);
  EXPECT_EQ(cores.physical, 8);
  EXPECT_EQ(usable_cores(cores), 8);
}

TEST(Cores, MaskOfSiblingsIsOneCore) {
  TemporaryTree tree;
  write_smt_machine(tree, 16);
  const CpuSet siblings = set_of("0,8");
  EXPECT_EQ(usable_cores(count_cores(tree.root(), &siblings)), 1);
  const CpuSet apart = set_of("0-3");
  const Cores cores = count_cores(tree.root(), &apart);
  EXPECT_EQ(cores.affinity, 4);
  EXPECT_EQ(usable_cores(cores), 4);
}

TEST(Cores, OfflineCpusDoNotCount) {
  TemporaryTree tree;
  tree.write("/sys/devices/system/cpu/online", "0-1,4-5\n");
  const CpuSet mask = set_of("0-7");
  EXPECT_EQ(count_cores(tree.root(), &mask).affinity, 4);
}

TEST(Cores, NothingToReadIsOneCore) {
  TemporaryTree tree;
  EXPECT_EQ(usable_cores(count_cores(tree.root())), 1);
  tree.write("/sys/devices/system/cpu/online", "garbage");
  EXPECT_EQ(usable_cores(count_cores(tree.root())), 1);
}

TEST(Cores, ThisMachine) {
  CpuSet mask;
  ASSERT_TRUE(affinity_mask(mask));
  const Cores cores = count_cores(FileRoot());
  EXPECT_GE(cores.online, 1);
  EXPECT_LE(cores.affinity, cores.online);
  EXPECT_LE(cores.physical, cores.affinity);
  EXPECT_GE(usable_cores(cores), 1);
  EXPECT_LE(usable_cores(cores), mask.count());
}

TEST(Quota, V2RoundsUp) {
  TemporaryTree tree;
  tree.write("/proc/self/cgroup", "0::/a.slice/job\n");
  tree.write("/sys/fs/cgroup/a.slice/job/cpu.max", "250000 100000\n");
  EXPECT_EQ(quota_cores(tree.root()), 3);
  tree.write("/sys/fs/cgroup/a.slice/job/cpu.max", "50000 100000\n");
  EXPECT_EQ(quota_cores(tree.root()), 1);
  tree.write("/sys/fs/cgroup/a.slice/job/cpu.max", "max 100000\n");
  EXPECT_EQ(quota_cores(tree.root()), 0);
}

TEST(Quota, V2LeastOfAllLevels) {
  TemporaryTree tree;
  tree.write("/proc/self/cgroup", "0::/a.slice/b/c\n");
  tree.write("/sys/fs/cgroup/a.slice/cpu.max", "400000 100000\n");
  tree.write("/sys/fs/cgroup/a.slice/b/cpu.max", "max 100000\n");
  tree.write("/sys/fs/cgroup/a.slice/b/c/cpu.max", "800000 100000\n");
  EXPECT_EQ(quota_cores(tree.root()), 4);
}

TEST(Quota, V2InAContainer) {
  TemporaryTree tree;
  tree.write("/proc/self/cgroup", "0::/\n");
  tree.write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(quota_cores(tree.root()), 2);
  tree.write("/proc/self/cgroup", "0::/../other\n");
  EXPECT_EQ(quota_cores(tree.root()), 2);
  tree.write("/proc/self/cgroup", "0::/not/visible/here\n");
  EXPECT_EQ(quota_cores(tree.root()), 2);
}

TEST(Quota, V1) {
  TemporaryTree tree;
  tree.write("/proc/self/cgroup",
             "12:cpuset:/x\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n");
  const std::string group = "/sys/fs/cgroup/cpu,cpuacct/docker/abc/";
  tree.write(group + "cpu.cfs_quota_us", "150000\n");
  tree.write(group + "cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota_cores(tree.root()), 2);
  tree.write(group + "cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(quota_cores(tree.root()), 0);
  tree.write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "700000\n");
  tree.write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota_cores(tree.root()), 7);
}

TEST(Quota, GarbageIsNoLimit) {
  TemporaryTree tree;
  EXPECT_EQ(quota_cores(tree.root()), 0);
  for (const char* text : {"", "\n\n", "0", "0:", "0::", ":::", "0::relative\n", "x:cpuset\n"}) {
    tree.write("/proc/self/cgroup", text);
    EXPECT_EQ(quota_cores(tree.root()), 0) << text;
  }
  tree.write("/proc/self/cgroup", "0::/" + std::string(3000, 'x') + "\n");
  EXPECT_EQ(quota_cores(tree.root()), 0);
  tree.write("/proc/self/cgroup", "0::/g\n");
  for (const char* text : {"", "0 0\n", "-5 100000\n", "100000 0\n", "words here\n"}) {
    tree.write("/sys/fs/cgroup/g/cpu.max", text);
    EXPECT_EQ(quota_cores(tree.root()), 0) << text;
  }
}

TEST(UsableCores, LeastOfAllAndNeverLessThanOne) {
  EXPECT_EQ(usable_cores({.online = 64, .affinity = 16, .physical = 8, .quota = 3}), 3);
  EXPECT_EQ(usable_cores({.online = 64, .affinity = 16, .physical = 8, .quota = 0}), 8);
  EXPECT_EQ(usable_cores({.online = 0, .affinity = 0, .physical = 0, .quota = 0}), 1);
}

}  // namespace
}  // namespace switchblas::machine
