// SPDX-License-Identifier: BSD-3-Clause
// An xerbla_ that leaves by longjmp, as R's and Octave's do, N times (argument 1); after that
// results, the OpenMP limit and the number of threads are as if it had never happened. Prints the
// number of tasks, for comparison with a run of N = 0.
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include "probe.h"

static __thread jmp_buf escape;
static __thread int escapes;

void xerbla_(const char* name, const int* info, size_t length) {
  (void)name, (void)info, (void)length;
  escapes++;
  longjmp(escape, 1);
}

void cblas_xerbla(int position, const char* routine, const char* format, ...) {
  (void)position, (void)routine, (void)format;
  escapes++;
  longjmp(escape, 1);
}

static double a[64], b[64], c[64];

static void wrong_call(int kind) {
  const int n = 8, bad = -1, zero = 0, one_int = 1;
  const double one = 1;
  int pivots[8], info;
  switch (kind % 7) {
    case 0:
      dgemm_("X", "N", &n, &n, &n, &one, a, &n, b, &n, &one, c, &n);
      break;
    case 1:
      dsyrk_("U", "N", &n, &bad, &one, a, &n, &one, c, &n);
      break;
    case 2:
      dtrsm_("L", "U", "N", "N", &n, &n, &one, a, &zero, b, &n);
      break;
    case 3:
      dgemv_("N", &n, &n, &one, a, &n, b, &zero, &one, c, &one_int);
      break;
    case 4:
      cblas_dgemm(kRowMajor, 5, kNoTrans, 8, 8, 8, 1, a, 8, b, 8, 0, c, 8);
      break;
    case 5:
      dgetrf_(&bad, &n, a, &n, pivots, &info);
      break;
    case 6:
      dpotrf_("Q", &n, a, &n, &info);
      break;
  }
}

static void leave_often(int count) {
  for (volatile int i = 0; i < count; i++) {
    if (setjmp(escape) == 0) {
      wrong_call(i);
      CHECK(0, "the wrong call %d returned", i % 7);
    }
  }
  CHECK(escapes == count, "%d of %d calls came to xerbla_", escapes, count);
}

static void* worker(void* count) {
  leave_often(*(int*)count);
  check_dgemm(64, 5);
  check_dgetrf(64, 5);
  return NULL;
}

static void* large_call(void* grown) {
  const int before = task_count();
  check_dgemm(1000, 3);
  *(int*)grown = task_count() - before;
  return NULL;
}

int main(int argc, char** argv) {
  int count = argc > 1 ? atoi(argv[1]) : 1000;
  int (*max_threads)(void) = NULL;
  check_dgemm(8, 1);
  // The backends brought it, into a scope of their own.
  void* runtime = dlopen("libgomp.so.1", RTLD_NOW | RTLD_NOLOAD);
  *(void**)&max_threads = dlsym(runtime != NULL ? runtime : RTLD_DEFAULT, "omp_get_max_threads");
  const int before = max_threads ? max_threads() : 0;
  leave_often(count);
  const int after = max_threads ? max_threads() : 0;
  CHECK(before == after, "omp_get_max_threads: %d before, %d after", before, after);
  check_dgemm(700, 2);
  check_dgetrf(300, 2);
  const int tasks = task_count();
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, worker, &count);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  check_dgemm(300, 2);
  CHECK(!max_threads || max_threads() == before, "omp_get_max_threads: %d before, %d at the end",
        before, max_threads ? max_threads() : 0);
  // The gate is free: a call brings its threads in a thread that has none yet.
  usleep(200000);  // the workers' own ones are still on their way out
  int grown = 0;
  pthread_create(&threads[0], NULL, large_call, &grown);
  pthread_join(threads[0], NULL);
  printf("large %d ", grown);
  printf("tasks %d\n", tasks);
  return 0;
}
