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

int main(int argc, char** argv) {
  const int busy = argc > 1 && strcmp(argv[1], "busy") == 0;
  const int rounds = argc > 2 ? atoi(argv[2]) : 10;
  pthread_t threads[3];
  alarm(100);
  check_dgemm(600, 1);
  check_dgetrf(300, 1);
  for (uintptr_t i = 0; busy && i < 3; i++)
    pthread_create(&threads[i], NULL, busy_worker, (void*)(i + 1));
  for (int round = 0; round < rounds; round++) {
    run_child(2);
    check_dgemm(500, 2);
  }
  atomic_store(&stop, 1);
  for (int i = 0; busy && i < 3; i++) pthread_join(threads[i], NULL);
  puts("ok");
  return 0;
}
