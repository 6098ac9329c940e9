// SPDX-License-Identifier: BSD-3-Clause
#include "threads/caps.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "../machine/temporary_tree.h"

namespace switchblas::threads {
namespace {

// The OpenMP runtime, as the test wants it.
int max_threads;
int in_parallel;
int dynamic;
int thread_limit_of_openmp;
int proc_bind;

backend::Backends fake_backends() {
  backend::Backends backends;
  backends.omp.get_max_threads = [] { return max_threads; };
  backends.omp.set_num_threads = [](int n) { max_threads = n; };
  backends.omp.in_parallel = [] { return in_parallel; };
  backends.omp.get_dynamic = [] { return dynamic; };
  backends.omp.get_thread_limit = [] { return thread_limit_of_openmp; };
  backends.omp.get_proc_bind = [] { return proc_bind; };
  backends.omp.get_num_procs = [] { return 2; };
  return backends;
}

class CapsTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "BLIS_NUM_THREADS"})
      unsetenv(name);
    max_threads = 64;
    in_parallel = dynamic = proc_bind = 0;
    thread_limit_of_openmp = 0x7fffffff;
    set_limit(0);
    tree_.write("/sys/devices/system/cpu/online", "0-7\n");
    tree_.write("/sys/devices/system/cpu/smt/active", "0\n");
  }
  void start() { start_on(root_); }
  void start_on(const machine::FileRoot& root) {
    start_caps(fake_backends(), options_, root, machine::count_cores(root));
  }
  std::string why() {
    char text[128];
    EXPECT_EQ(explain_cap(text, sizeof text), cap());
    return text;
  }
  // What a thread knows of itself must not come from an earlier test.
  template <class Body>
  void in_new_thread(Body body) {
    std::thread(body).join();
  }

  machine::TemporaryTree tree_;
  const machine::FileRoot root_ = tree_.root();
  base::Options options_;
};

TEST_F(CapsTest, CoresOfTheMachine) {
  start();
  EXPECT_EQ(cap(), 8);
  EXPECT_EQ(why(), "8 cores");
  EXPECT_EQ(highest_cap(), 8);
}

TEST_F(CapsTest, PhysicalCoresWhereSmtIsOn) {
  tree_.write("/sys/devices/system/cpu/smt/active", "1\n");
  for (int cpu = 0; cpu < 8; ++cpu) {
    const std::string name = "/sys/devices/system/cpu/cpu" + std::to_string(cpu);
    const std::string first = std::to_string(cpu / 2 * 2);
    tree_.write(name + "/topology/thread_siblings_list",
                first + "-" + std::to_string(cpu / 2 * 2 + 1) + "\n");
  }
  start();
  EXPECT_EQ(cap(), 4);
  EXPECT_EQ(why(), "4 physical cores");
}

TEST_F(CapsTest, QuotaOfTheControlGroup) {
  tree_.write("/proc/self/cgroup", "0::/a/b\n");
  tree_.write("/sys/fs/cgroup/a/cpu.max", "250000 100000\n");
  tree_.write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  start();
  EXPECT_EQ(cap(), 3);
  EXPECT_EQ(why(), "cgroup cpu.max 250000 100000");
}

TEST_F(CapsTest, QuotaOfTheOlderControlGroup) {
  tree_.write("/proc/self/cgroup", "2:cpuacct:/x\n1:cpu:/a\n");
  tree_.write("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "100000\n");
  tree_.write("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
  start();
  EXPECT_EQ(cap(), 1);
  EXPECT_EQ(why(), "cgroup cpu.cfs_quota_us 100000 100000");
}

TEST_F(CapsTest, CountsOfTheEnvironment) {
  setenv("OPENBLAS_NUM_THREADS", "6", 1);
  start();
  EXPECT_EQ(cap(), 6);
  setenv("GOTO_NUM_THREADS", "5", 1);
  start();
  EXPECT_EQ(cap(), 5);
  setenv("BLIS_NUM_THREADS", "4", 1);
  start();
  EXPECT_EQ(cap(), 4);
  EXPECT_EQ(why(), "BLIS_NUM_THREADS=4");
  options_.num_threads = 3;
  start();
  EXPECT_EQ(cap(), 3);
  EXPECT_EQ(why(), "SWITCHBLAS_NUM_THREADS=3");
  setenv("OPENBLAS_NUM_THREADS", "none", 1);
  start();
  EXPECT_EQ(cap(), 3);
}

TEST_F(CapsTest, OpenMpOfTheMoment) {
  start();
  max_threads = 5;
  EXPECT_EQ(cap(), 5);
  EXPECT_EQ(why(), "OMP_NUM_THREADS or omp_set_num_threads");
  max_threads = 1;
  EXPECT_EQ(cap(), 1);
  max_threads = 64;
  EXPECT_EQ(cap(), 8);
}

TEST_F(CapsTest, OneWhereATeamMayComeOutSmaller) {
  start();
  in_parallel = 1;
  EXPECT_EQ(cap(), 1);
  EXPECT_EQ(why(), "inside a parallel region");
  in_parallel = 0;
  dynamic = 1;
  EXPECT_EQ(cap(), 1);
  EXPECT_EQ(why().rfind("OMP_DYNAMIC", 0), 0U);
  dynamic = 0;
  thread_limit_of_openmp = 4;
  EXPECT_EQ(cap(), 1);
  EXPECT_EQ(why().rfind("OMP_THREAD_LIMIT", 0), 0U);
  thread_limit_of_openmp = 0x7fffffff;
  EXPECT_EQ(cap(), 8);
}

TEST_F(CapsTest, LimitOfTheProcessIsSetAndGivenBack) {
  start();
  EXPECT_EQ(limit(), 0);
  set_limit(2);
  EXPECT_EQ(limit(), 2);
  EXPECT_EQ(cap(), 2);
  in_new_thread([] { EXPECT_EQ(cap(), 2); });
  set_limit(100);
  EXPECT_EQ(cap(), 8);
  set_limit(-1);
  EXPECT_EQ(limit(), 0);
}

TEST_F(CapsTest, LimitOfAThreadIsItsOwn) {
  start();
  in_new_thread([] {
    set_thread_limit(3);
    EXPECT_EQ(thread_limit(), 3);
    EXPECT_EQ(cap(), 3);
    in_parallel = 0;
    set_limit(2);
    EXPECT_EQ(cap(), 2);
    set_limit(0);
  });
  EXPECT_EQ(thread_limit(), 0);
  EXPECT_EQ(cap(), 8);
  in_new_thread([] {
    set_thread_limit(1);
    EXPECT_EQ(cap(), 1);
    set_thread_limit(0);
    EXPECT_EQ(cap(), 8);
  });
}

TEST_F(CapsTest, RoomForThreads) {
  tree_.write("/proc/self/cgroup", "0::/a\n");
  tree_.write("/sys/fs/cgroup/a/pids.max", "50\n");
  tree_.write("/sys/fs/cgroup/a/pids.current", "46\n");
  start();
  in_new_thread([] {
    char why[128];
    EXPECT_EQ(explain_cap(why, sizeof why), 3);  // half of what is left, and the caller itself
    EXPECT_EQ(std::string(why).rfind("room for threads", 0), 0U);
    EXPECT_EQ(team_for(8, 8, false), 3);
    EXPECT_EQ(team_for(8, 8, false), 3);
    EXPECT_EQ(team_for(2, 2, false), 2);
    EXPECT_EQ(team_for(8, 8, false),
              2);  // the pool has shrunk, and does not grow again for a while
  });
  in_new_thread([] { EXPECT_EQ(team_for(8, 8, false), 1); });
  tree_.write("/sys/fs/cgroup/a/pids.current", "20\n");
  start();
  in_new_thread([&] {
    EXPECT_EQ(team_for(8, 8, false), 8);
    // A team that is there needs no room.
    tree_.write("/sys/fs/cgroup/a/pids.current", "50\n");
    EXPECT_EQ(team_for(1, 1, false), 1);
    EXPECT_EQ(team_for(8, 8, false), 8);
    EXPECT_EQ(why(), "8 cores");
  });
}

TEST_F(CapsTest, AffinityMaskOfTheMoment) {
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  const machine::FileRoot here;
  const int cores = machine::usable_cores(machine::count_cores(here));
  if (cores < 2) GTEST_SKIP() << "one core";
  start_on(here);
  in_new_thread([&] {
    const int before = cap();
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
      if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
    }
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    usleep(50000);
    EXPECT_EQ(cap(), 1);
    EXPECT_EQ(why(), "the affinity mask");
    in_new_thread([] { EXPECT_EQ(cap(), 1); });  // has its creator's mask
    ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
    usleep(50000);
    EXPECT_EQ(cap(), before);
  });
  // What the runtime has bound says nothing of a team's cores.
  proc_bind = 1;
  start_on(here);
  in_new_thread([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
      if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
    }
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(cap(), cores);
  });
}

TEST_F(CapsTest, ForkedChild) {
  start();
  const pid_t child = fork();
  if (child == 0) {
    enter_forked_child();
    _exit(cap());
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_EQ(cap(), 8);
}

}  // namespace
}  // namespace switchblas::threads
