// SPDX-License-Identifier: BSD-3-Clause
// BLAS beside OpenMP: calls in parallel regions, also nested ones, are right and come back, and
// no call changes what omp_get_max_threads() says, whatever the program had set.
#include <omp.h>

#include "probe.h"

static double a[256 * 256], b[256 * 256], c[256 * 256];

static void call(int routine, int n) {
  const double one = 1, zero = 0;
  const int one_int = 1;
  int info, pivots[256];
  double tau[256];
  static double work[256 * 64];
  const int lwork = 256 * 64;
  switch (routine) {
    case 0:
      ddot_(&n, a, &one_int, b, &one_int);
      break;
    case 1:
      dgemv_("N", &n, &n, &one, a, &n, b, &one_int, &zero, c, &one_int);
      break;
    case 2:
      dgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n);
      break;
    case 3:
      dsyrk_("U", "T", &n, &n, &one, a, &n, &zero, c, &n);
      break;
    case 4:
      dtrsm_("R", "L", "T", "N", &n, &n, &zero, a, &n, c, &n);
      break;
    case 5:
      cblas_dgemm(kRowMajor, kTrans, kNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
      break;
    case 6:
      fill(c, 256 * 256, 3), dgetrf_(&n, &n, c, &n, pivots, &info);
      break;
    case 7:
      fill(c, 256 * 256, 4), dgeqrf_(&n, &n, c, &n, tau, work, &lwork, &info);
      break;
    case 8:
      fill(c, 256 * 256, 5), dsyev_("N", "U", &n, c, &n, tau, work, &lwork, &info);
      break;
    case 9:
      dgemm_("N", "N", &one_int, &n, &n, &one, a, &one_int, b, &n, &zero, c, &one_int);
      break;
  }
}

static void check_limit_is_kept(void) {
  const int original = omp_get_max_threads();
  const int sizes[] = {1, 8, 64, 256}, limits[] = {original, 1, 2, 3, 7};
  for (int l = 0; l < 5; l++) {
    omp_set_num_threads(limits[l]);
    const int before = omp_get_max_threads();
    for (int routine = 0; routine < 10; routine++)
      for (int s = 0; s < 4; s++) {
        call(routine, sizes[s]);
        CHECK(omp_get_max_threads() == before,
              "omp_get_max_threads() is %d after call %d, n = %d; before it was %d",
              omp_get_max_threads(), routine, sizes[s], before);
      }
  }
  omp_set_num_threads(original);
}

static void check_parallel(int threads, int rounds) {
#pragma omp parallel num_threads(threads)
  {
    const int before = omp_get_max_threads();
    for (int i = 0; i < rounds; i++) {
      check_dgemm(8 + 37 * (i % 6), (uint64_t)(omp_get_thread_num() + 1));
      check_dgetrf(5 + 20 * (i % 6), (uint64_t)(omp_get_thread_num() + 1));
    }
    CHECK(omp_get_max_threads() == before, "omp_get_max_threads() changed in a parallel region");
  }
}

static void check_nested(void) {
  omp_set_max_active_levels(2);
#pragma omp parallel num_threads(2)
  {
#pragma omp parallel num_threads(2)
    check_dgemm(100, 1);
    check_dgemm(250, 2);
  }
}

int main(void) {
  alarm(100);
  fill(a, 256 * 256, 1);
  fill(b, 256 * 256, 2);
  check_parallel(4, 12);
  check_dgemm(500, 1);
  check_limit_is_kept();
  check_parallel(2, 12);
  check_parallel(8, 6);
  check_nested();
  omp_set_dynamic(1);
  check_dgemm(500, 1);
  check_dgetrf(300, 1);
  check_parallel(4, 6);
  puts("ok");
  return 0;
}
