// SPDX-License-Identifier: BSD-3-Clause
#include "threads/headroom.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "machine/control_groups.h"

namespace switchblas::threads {
namespace {

void* wait_for_all(void* all_are_there) {
  while (sem_wait(static_cast<sem_t*>(all_are_there)) != 0) {
  }
  return nullptr;
}

/// All of them at once, as a team has them.
int try_threads(int wanted) {
  constexpr int kMost = 256;
  pthread_t threads[kMost];
  if (wanted > kMost) wanted = kMost;
  sem_t all_are_there;
  sem_init(&all_are_there, 0, 0);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // the program's handlers shall not run in them
  int made = 0;
  while (made < wanted &&
         pthread_create(&threads[made], nullptr, wait_for_all, &all_are_there) == 0)
    ++made;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  for (int i = 0; i < made; ++i) sem_post(&all_are_there);
  for (int i = 0; i < made; ++i) pthread_join(threads[i], nullptr);
  sem_destroy(&all_are_there);
  return made;
}

/// RLIMIT_NPROC counts the user's threads; those of all users are surely no fewer.
bool limit_is_far(int wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NPROC, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return true;
  char text[128];
  unsigned long long tasks = 0;
  if (machine::FileRoot().read_file("/proc/loadavg", text, sizeof text) <= 0) return false;
  if (sscanf(text, "%*f %*f %*f %*u/%llu", &tasks) != 1) return false;
  return tasks + static_cast<unsigned long long>(wanted) < limit.rlim_cur;
}

}  // namespace

int thread_room(const machine::FileRoot& root, int wanted) noexcept {
  const long left = machine::group_task_room(root);
  // Others want some too.
  if (left >= 0 && left < wanted) return static_cast<int>(left / 2);
  if (limit_is_far(wanted)) return wanted;
  const int made = try_threads(wanted);
  return made < wanted ? made / 2 : wanted;
}

}  // namespace switchblas::threads
