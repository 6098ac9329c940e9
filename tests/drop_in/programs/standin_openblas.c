// SPDX-License-Identifier: BSD-3-Clause
// Stands for an OpenBLAS whose thread handling differs by version, without its kernels: how many
// threads a call takes, what the setter does and what happens at a fork is as in OpenBLAS's sources
// (common_thread.h, driver/others/blas_server_omp.c, memory.c) of 0.3.PATCH: 21, 29 or 34. Where
// the real one would hang or corrupt its buffers, this one says so and aborts.
#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
enum { kMaxThreads = 64 };

int blas_cpu_number, blas_num_threads, blas_server_avail;
#if PATCH >= 29
int blas_omp_number_max;
#endif
#if PATCH >= 34
int blas_is_num_threads_set_explicitly;
#endif
// What a test asks: threads of the last call, and calls so far.
int standin_threads;
atomic_int standin_calls;
static atomic_int in_flight;

static void would(const char* what) {
  fprintf(stderr, "FAILED: OpenBLAS 0.3." TEXT(PATCH) " would %s\n", what);
  abort();
}

static void blas_thread_init(void) {
#if PATCH >= 29
  blas_omp_number_max = omp_get_max_threads();
#endif
  blas_server_avail = 1;
}

static void shutdown_at_fork(void) {
  if (atomic_load(&in_flight) != 0) would("free the buffers of a call in flight at a fork");
  blas_server_avail = 0;
}

__attribute__((constructor)) static void gotoblas_init(void) {
  blas_cpu_number = blas_num_threads = omp_get_max_threads();
  blas_thread_init();
  pthread_atfork(shutdown_at_fork, NULL, NULL);
}

void goto_set_num_threads(int n) {
  if (n < 1) n = 1;
  if (n > kMaxThreads) n = kMaxThreads;
  if (atomic_load(&in_flight) != 0 && n != blas_cpu_number)
    would("change the buffers of a call in flight");
  blas_num_threads = blas_cpu_number = n;
#if PATCH < 22
  omp_set_num_threads(n);
#endif
}

void openblas_set_num_threads(int n) {
  goto_set_num_threads(n);
#if PATCH >= 34
  blas_is_num_threads_set_explicitly = 1;
#endif
}
int openblas_get_num_threads(void) { return blas_cpu_number; }
int openblas_get_parallel(void) { return 2; }
const char* openblas_get_corename(void) { return "Haswell"; }
const char* openblas_get_config(void) {
  return "OpenBLAS 0.3." TEXT(PATCH) " NO_AFFINITY USE_OPENMP Haswell MAX_THREADS=64";
}

static int num_cpu_avail(void) {
#if PATCH >= 34
  if (blas_is_num_threads_set_explicitly) return blas_cpu_number;
#endif
  int n = omp_get_max_threads();
  if (n == 1 || omp_in_parallel()) return 1;
#if PATCH >= 29
  if (n > blas_omp_number_max) n = blas_omp_number_max;
#endif
  if (blas_cpu_number != n) goto_set_num_threads(n);
  return blas_cpu_number;
}

static void columns(int first, int last, int m, int k, double alpha, const double* a, int lda,
                    const double* b, int ldb, double beta, double* c, int ldc) {
  for (int j = first; j < last; j++)
    for (int i = 0; i < m; i++) {
      double sum = 0;
      for (int p = 0; p < k; p++) sum += a[i + (size_t)p * lda] * b[p + (size_t)j * ldb];
      c[i + (size_t)j * ldc] = alpha * sum + (beta != 0 ? beta * c[i + (size_t)j * ldc] : 0);
    }
}

void dgemm_(const char* trans_a, const char* trans_b, const int* m, const int* n, const int* k,
            const double* alpha, const double* a, const int* lda, const double* b, const int* ldb,
            const double* beta, double* c, const int* ldc) {
  if (*trans_a != 'N' || *trans_b != 'N') would("transpose: not in the stand-in");
  const int jobs = num_cpu_avail();
  standin_threads = jobs;
  atomic_fetch_add(&standin_calls, 1);
  if (jobs == 1) {
    columns(0, *n, *m, *k, *alpha, a, *lda, b, *ldb, *beta, c, *ldc);
    return;
  }
  if (atomic_fetch_add(&in_flight, 1) != 0) would("spin: another call with threads is in flight");
  if (!blas_server_avail) blas_thread_init();
#pragma omp parallel for schedule(static)
  for (int job = 0; job < jobs; job++) {
    if (omp_get_num_threads() < jobs) would("hang: the team is smaller than the number of jobs");
    columns((int)((long)*n * job / jobs), (int)((long)*n * (job + 1) / jobs), *m, *k, *alpha, a,
            *lda, b, *ldb, *beta, c, *ldc);
  }
  atomic_fetch_sub(&in_flight, 1);
}
