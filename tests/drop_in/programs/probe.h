// SPDX-License-Identifier: BSD-3-Clause
// The BLAS and LAPACK names that the test programs call, and the checks that they share. The
// prototypes omit hidden string lengths, as most C callers do. Safe from any thread.
#pragma once

#include <dirent.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif
double ddot_(const int*, const double*, const int*, const double*, const int*);
void dgemv_(const char*, const int*, const int*, const double*, const double*, const int*,
            const double*, const int*, const double*, double*, const int*);
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*,
            const double*, const int*, const double*, const int*, const double*, double*,
            const int*);
void dsyrk_(const char*, const char*, const int*, const int*, const double*, const double*,
            const int*, const double*, double*, const int*);
void dtrsm_(const char*, const char*, const char*, const char*, const int*, const int*,
            const double*, const double*, const int*, double*, const int*);
void dgetrf_(const int*, const int*, double*, const int*, int*, int*);
void dgetrs_(const char*, const int*, const int*, const double*, const int*, const int*, double*,
             const int*, int*);
void dpotrf_(const char*, const int*, double*, const int*, int*);
void dgeqrf_(const int*, const int*, double*, const int*, double*, double*, const int*, int*);
void dsyev_(const char*, const char*, const int*, double*, const int*, double*, double*, const int*,
            int*);
void cblas_dgemm(int order, int trans_a, int trans_b, int m, int n, int k, double alpha,
                 const double* a, int lda, const double* b, int ldb, double beta, double* c,
                 int ldc);
#ifdef __cplusplus
}
#endif

enum { kRowMajor = 101, kColMajor = 102, kNoTrans = 111, kTrans = 112 };

// _exit, for a forked child or a process with running threads must not run exit handlers.
#define CHECK(condition, ...)                                \
  do {                                                       \
    if (!(condition)) {                                      \
      fprintf(stderr, "FAILED %s:%d: ", __FILE__, __LINE__); \
      fprintf(stderr, __VA_ARGS__);                          \
      fputc('\n', stderr);                                   \
      _exit(1);                                              \
    }                                                        \
  } while (0)

static inline double next_unit(uint64_t* state) {
  *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (double)(int64_t)(*state >> 11) / (double)(1LL << 52) - 1.0;
}

static inline void fill(double* values, size_t count, uint64_t seed) {
  uint64_t state = seed * 2654435761u + 1;
  for (size_t i = 0; i < count; i++) values[i] = next_unit(&state);
}

static inline double* random_matrix(int rows, int columns, uint64_t seed) {
  size_t count = (size_t)rows * (size_t)columns;
  double* values = (double*)malloc((count + 1) * sizeof(double));
  CHECK(values != NULL, "out of memory");
  fill(values, count, seed);
  return values;
}

/// Largest difference between c = a b (n x n) and the sums of a few of its elements.
static inline double gemm_error(int n, const double* a, const double* b, const double* c) {
  double worst = 0;
  for (int sample = 0; sample < 64; sample++) {
    int i = (sample * 7919) % n, j = (sample * 104729 + sample) % n;
    double sum = 0;
    for (int p = 0; p < n; p++) sum += a[i + (size_t)p * n] * b[p + (size_t)j * n];
    double error = fabs(sum - c[i + (size_t)j * n]);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

static inline void check_dgemm(int n, uint64_t seed) {
  double *a = random_matrix(n, n, seed), *b = random_matrix(n, n, seed + 1);
  double* c = random_matrix(n, n, seed + 2);
  const double one = 1, zero = 0;
  dgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n);
  double error = gemm_error(n, a, b, c);
  CHECK(error < 1e-10 * n, "dgemm n = %d is wrong by %g", n, error);
  free(a);
  free(b);
  free(c);
}

static inline void check_dgetrf(int n, uint64_t seed) {
  double *a = random_matrix(n, n, seed), *lu = random_matrix(n, n, seed);
  double *x = random_matrix(n, 1, seed + 1), *b = (double*)calloc((size_t)n, sizeof(double));
  int* pivots = (int*)malloc(sizeof(int) * (size_t)n);
  int info = -1;
  const int one = 1;
  for (int i = 0; i < n; i++) {
    a[i + (size_t)i * n] += n;
    lu[i + (size_t)i * n] += n;
  }
  for (int j = 0; j < n; j++)
    for (int i = 0; i < n; i++) b[i] += a[i + (size_t)j * n] * x[j];
  dgetrf_(&n, &n, lu, &n, pivots, &info);
  CHECK(info == 0, "dgetrf info = %d", info);
  dgetrs_("N", &n, &one, lu, &n, pivots, b, &n, &info);
  CHECK(info == 0, "dgetrs info = %d", info);
  for (int i = 0; i < n; i++)
    CHECK(fabs(b[i] - x[i]) < 1e-9, "dgetrf + dgetrs n = %d is wrong by %g", n, b[i] - x[i]);
  free(a);
  free(lu);
  free(x);
  free(b);
  free(pivots);
}

static inline int task_count(void) {
  int count = 0;
  DIR* tasks = opendir("/proc/self/task");
  CHECK(tasks != NULL, "cannot read /proc/self/task");
  for (struct dirent* entry; (entry = readdir(tasks)) != NULL;) count += entry->d_name[0] != '.';
  closedir(tasks);
  return count;
}
