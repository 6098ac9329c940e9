// SPDX-License-Identifier: BSD-3-Clause
#include "threads/headroom.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../machine/temporary_tree.h"

namespace switchblas::threads {
namespace {

TEST(Headroom, LeastOfAllControlGroups) {
  machine::TemporaryTree tree;
  tree.write("/proc/self/cgroup", "5:pids:/a/b\n0::/\n");
  EXPECT_EQ(thread_room(tree.root(), 10), 10);
  tree.write("/sys/fs/cgroup/pids/a/b/pids.max", "max\n");
  tree.write("/sys/fs/cgroup/pids/a/b/pids.current", "90\n");
  tree.write("/sys/fs/cgroup/pids/a/pids.max", "100\n");
  tree.write("/sys/fs/cgroup/pids/a/pids.current", "90\n");
  EXPECT_EQ(thread_room(tree.root(), 10), 10);
  EXPECT_EQ(thread_room(tree.root(), 11), 5);
  tree.write("/sys/fs/cgroup/pids/a/pids.current", "101\n");
  EXPECT_EQ(thread_room(tree.root(), 1), 0);
}

// As another user with a limit of few threads, in a child; root itself has no limit.
TEST(Headroom, ThreadsThatCannotBeCreated) {
  if (geteuid() != 0) GTEST_SKIP() << "changes the user";
  const machine::FileRoot here;
  ASSERT_EQ(thread_room(here, 20), 20);
  const pid_t child = fork();
  if (child == 0) {
    constexpr rlimit kTen{10, 10};
    constexpr uid_t kNobodyElse = 54321;
    if (setrlimit(RLIMIT_NPROC, &kTen) != 0 || setuid(kNobodyElse) != 0) _exit(99);
    const int many = thread_room(here, 20);
    _exit(many < 10 && thread_room(here, 5) == 5 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace switchblas::threads
