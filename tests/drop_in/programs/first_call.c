// SPDX-License-Identifier: BSD-3-Clause
// What can happen at the moment of the first call. Argument 1 says what:
//   threads               two threads make it at once
//   constructor FILE      a library's constructor makes it, while another thread does
//   fork MICROSECONDS     the process forks that long after another thread started it
//   child                 a forked child makes it, then the parent
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "probe.h"

static pthread_barrier_t start;

static void* first_caller(void* unused) {
  (void)unused;
  const int n = 3, one = 1;
  const double x[] = {1, 2, 3};
  pthread_barrier_wait(&start);
  CHECK(ddot_(&n, x, &one, x, &one) == 14, "ddot");
  check_dgemm(50, 1);
  return NULL;
}

static void compute_in_child(void) {
  const pid_t child = fork();
  CHECK(child >= 0, "fork");
  if (child == 0) {
    alarm(20);
    check_dgemm(50, 2);
    check_dgemm(300, 2);
    check_dgetrf(100, 2);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(!(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM), "the child hangs");
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with status %#x",
        (unsigned)status);
}

static void wait_microseconds(long count) {
  struct timespec begin, now;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  do clock_gettime(CLOCK_MONOTONIC, &now);
  while ((now.tv_sec - begin.tv_sec) * 1000000 + (now.tv_nsec - begin.tv_nsec) / 1000 < count);
}

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "";
  alarm(60);
  if (strcmp(what, "child") == 0) {
    compute_in_child();
    check_dgemm(300, 3);
    compute_in_child();
    puts("ok");
    return 0;
  }
  pthread_t thread;
  pthread_barrier_init(&start, NULL, 2);
  pthread_create(&thread, NULL, first_caller, NULL);
  pthread_barrier_wait(&start);
  if (strcmp(what, "threads") == 0) {
    check_dgemm(50, 2);
  } else if (strcmp(what, "constructor") == 0 && argc > 2) {
    CHECK(dlopen(argv[2], RTLD_NOW | RTLD_LOCAL) != NULL, "%s", dlerror());
  } else if (strcmp(what, "fork") == 0 && argc > 2) {
    wait_microseconds(atol(argv[2]));
    compute_in_child();
  } else {
    CHECK(0, "unknown argument '%s'", what);
  }
  pthread_join(thread, NULL);
  check_dgemm(300, 4);
  check_dgetrf(100, 4);
  puts("ok");
  return 0;
}
