// SPDX-License-Identifier: BSD-3-Clause
// Calls on a stand-in for a version of OpenBLAS (standin_openblas.c): what the program sets with
// that library's own setter holds, in all threads, until it is given back; nothing sticks, not
// after a fork either. Arguments: the stand-in, and the number of threads that a call has by
// default.
#include <dlfcn.h>
#include <omp.h>
#include <pthread.h>
#include <sys/wait.h>

#include "probe.h"

static int all, *used, *sticky;
static int (*get)(void);
static void (*set)(int), (*limit)(int);

static void* count_new_threads(void* grown) {
  const int before = task_count();
  check_dgemm(1000, 1);
  *(int*)grown = task_count() - before;
  return NULL;
}

static int new_threads_of_call(void) {
  pthread_t thread;
  int grown = 0;
  pthread_create(&thread, NULL, count_new_threads, &grown);
  pthread_join(thread, NULL);
  usleep(100000);  // its own are still on their way out
  return grown + 1;
}

static int threads_of_call(void) {
  if (used == NULL) return new_threads_of_call();
  const int before = omp_get_max_threads();
  *used = 0;
  check_dgemm(150, 1);
  CHECK(*used > 0, "the call did not come to the stand-in");
  CHECK(omp_get_max_threads() == before, "omp_get_max_threads() was %d, is %d", before,
        omp_get_max_threads());
  CHECK(sticky == NULL || *sticky == 0, "the flag of the setter is still set after a call");
  return *used;
}

static void* call_in_thread(void* result) {
  *(int*)result = threads_of_call();
  return NULL;
}

static int threads_elsewhere(void) {
  pthread_t thread;
  int result = 0;
  pthread_create(&thread, NULL, call_in_thread, &result);
  pthread_join(thread, NULL);
  return result;
}

#define EXPECT_THREADS(expected, when)                                                     \
  do {                                                                                     \
    const int here = threads_of_call(), there = threads_elsewhere();                       \
    CHECK(here == (expected), "%d threads, not %d, %s", here, expected, when);             \
    CHECK(there == (expected), "elsewhere %d threads, not %d, %s", there, expected, when); \
  } while (0)

static void check_setter(void) {
  // As threadpoolctl does it: the old value is read, and set again at the end of the block.
  for (int n = 1; n <= 4 && n <= all; n++) {
    const int old = get();
    set(n);
    EXPECT_THREADS(n, "after openblas_set_num_threads");
    const int inner = get();
    CHECK(inner == n, "openblas_get_num_threads() is %d after calls, not %d", inner, n);
    set(1);
    EXPECT_THREADS(1, "in an inner block");
    set(inner);
    EXPECT_THREADS(n, "after the inner block");
    set(old);
    EXPECT_THREADS(all, "after the old value was set again");
  }
}

static void check_our_own_counts(void) {
  limit(2);
  EXPECT_THREADS(2, "with a limit of two");
  CHECK(get() == all, "a call with two threads left %d as the library's count", get());
  limit(0);
  EXPECT_THREADS(all, "without the limit");
}

static void check_region(void) {
  set(4);
  int most = 0;
#pragma omp parallel num_threads(2) reduction(max : most)
  {
    check_dgemm(60, 2);
    most = *used;
  }
  CHECK(most == 1, "%d threads inside a parallel region", most);
  set(all);
  EXPECT_THREADS(all, "after the parallel region");
}

/// A call too small for any state (older versions do not ask for their threads there): the flag
/// must be cleared all the same.
static void check_small(void) {
  const int old = get();
  set(4);
  check_dgemm(6, 2);
  CHECK(*sticky == 0, "a small call leaves the flag set");
  set(old);
}

static void check_fork(void) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(threads_of_call());
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1, "the child ended with %#x",
        (unsigned)status);
  limit(2);
  EXPECT_THREADS(2, "after a fork, with a limit of two");
  limit(0);
  EXPECT_THREADS(all, "after a fork and a call with two threads");
}

int main(int argc, char** argv) {
  CHECK(argc > 2, "arguments: stand-in threads");
  alarm(50);
  all = atoi(argv[2]);
  check_dgemm(150, 1);
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD);
  CHECK(library != NULL, "%s is not loaded", argv[1]);
  used = (int*)dlsym(library, "standin_threads");
  sticky = (int*)dlsym(library, "blas_is_num_threads_set_explicitly");
  *(void**)&get = dlsym(library, "openblas_get_num_threads");
  *(void**)&set = dlsym(library, "openblas_set_num_threads");
  *(void**)&limit = dlsym(RTLD_DEFAULT, "switchblas_set_num_threads");
  CHECK(limit != NULL, "no switchblas_set_num_threads");
  EXPECT_THREADS(all, "at the start");
  check_our_own_counts();
  check_setter();
  if (used != NULL) check_region();
  if (sticky != NULL) check_small();
  check_fork();
  check_setter();
  puts("ok");
  return 0;
}
