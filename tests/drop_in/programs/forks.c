// SPDX-License-Identifier: BSD-3-Clause
// Forks of a process that has computed with threads ("after") or whose other threads compute at
// that moment ("busy"). Children compute, and fork again; the parent goes on.
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "probe.h"

static atomic_int stop;

static void* busy_worker(void* seed) {
  while (!atomic_load(&stop)) {
    check_dgemm(40, (uint64_t)(uintptr_t)seed);
    check_dgemm(300, (uint64_t)(uintptr_t)seed);
    check_dgetrf(150, (uint64_t)(uintptr_t)seed);
  }
  return NULL;
}

static void run_child(int depth) {
  const pid_t child = fork();
  CHECK(child >= 0, "fork");
  if (child == 0) {
    alarm(20);
    check_dgemm(30, 1);
    check_dgemm(300, 1);
    check_dgetrf(200, 1);
    if (depth > 1) run_child(depth - 1);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(!(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM), "the child hangs");
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with status %#x",
        (unsigned)status);
}

static void* call_with_new_pool(void* grown) {
  const int before = task_count();
  check_dgemm(1000, 1);
  *(int*)grown = task_count() - before;
  return NULL;
}

/// Threads that a large call brings where the calling thread has none yet.
static int threads_of_large_call(void) {
  pthread_t thread;
  int grown = 0;
  usleep(200000);  // those of ended threads are still on their way out
  pthread_create(&thread, NULL, call_with_new_pool, &grown);
  pthread_join(thread, NULL);
  return grown + 1;
}

int main(int argc, char** argv) {
  const int busy = argc > 1 && strcmp(argv[1], "busy") == 0;
  const int rounds = argc > 2 ? atoi(argv[2]) : 10;
  pthread_t threads[3];
  alarm(100);
  check_dgemm(600, 1);
  check_dgetrf(300, 1);
  const int threads_before = threads_of_large_call();
  for (uintptr_t i = 0; busy && i < 3; i++)
    pthread_create(&threads[i], NULL, busy_worker, (void*)(i + 1));
  for (int round = 0; round < rounds; round++) {
    run_child(2);
    if (!busy && round == 1) {  // the last call before had threads
      const int now = threads_of_large_call();
      CHECK(now == threads_before, "%d threads after a fork, %d before", now, threads_before);
    }
    check_dgemm(500, 2);
  }
  atomic_store(&stop, 1);
  for (int i = 0; busy && i < 3; i++) pthread_join(threads[i], NULL);
  puts("ok");
  return 0;
}
