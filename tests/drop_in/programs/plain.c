// SPDX-License-Identifier: BSD-3-Clause
// A program that only computes: one call of each kind, results checked.
#include <complex.h>

#include "probe.h"

double _Complex zdotc_(const int*, const double _Complex*, const int*, const double _Complex*,
                       const int*);
float sdot_(const int*, const float*, const int*, const float*, const int*);
double cblas_ddot(int n, const double* x, int incx, const double* y, int incy);
void cblas_zdotc_sub(int n, const void* x, int incx, const void* y, int incy, void* result);

static void check_dots(void) {
  const int n = 5, one = 1, back = -1;
  const double x[] = {1, 2, 3, 4, 5}, y[] = {5, 4, 3, 2, 1};
  const float xf[] = {1, 2, 3, 4, 5};
  const double _Complex z[] = {1 + 2 * I, 3 - I, 2, I, 1 - I};
  CHECK(ddot_(&n, x, &one, y, &back) == 55, "ddot");
  CHECK(cblas_ddot(n, x, 1, y, 1) == 35, "cblas_ddot");
  CHECK(sdot_(&n, xf, &one, xf, &one) == 55, "sdot");
  CHECK(zdotc_(&n, z, &one, z, &one) == 22, "zdotc");
  double _Complex sum = 0;
  cblas_zdotc_sub(n, z, 1, z, 1, &sum);
  CHECK(sum == 22, "cblas_zdotc_sub");
}

static void check_row_major(void) {
  const double a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 0, 1, 1, 1};
  double c[] = {-1, -1, -1, -1};
  cblas_dgemm(kRowMajor, kNoTrans, kNoTrans, 2, 2, 3, 1, a, 3, b, 2, 0, c, 2);
  CHECK(c[0] == 4 && c[1] == 5 && c[2] == 10 && c[3] == 11, "cblas_dgemm row-major: %g %g %g %g",
        c[0], c[1], c[2], c[3]);
}

static void check_eigenvalues(int n) {
  double *a = random_matrix(n, n, 9), *w = random_matrix(n, 1, 1), trace = 0, sum = 0;
  int lwork = 64 * n, info = -1;
  double* work = random_matrix(lwork, 1, 1);
  for (int i = 0; i < n; i++) trace += a[i + (size_t)i * n];
  dsyev_("V", "U", &n, a, &n, w, work, &lwork, &info);
  for (int i = 0; i < n; i++) sum += w[i];
  CHECK(info == 0 && fabs(sum - trace) < 1e-10 * n, "dsyev info %d, trace %g, sum %g", info, trace,
        sum);
  free(a);
  free(w);
  free(work);
}

int main(int argc, char** argv) {
  const int largest = argc > 1 ? atoi(argv[1]) : 400;
  check_dots();
  check_row_major();
  for (int n = 1; n <= largest; n = n * 3 + 1) {
    check_dgemm(n, (uint64_t)n);
    check_dgetrf(n, (uint64_t)n);
  }
  check_dgemm(largest, 3);
  check_eigenvalues(60);
  puts("ok");
  return 0;
}
