// SPDX-License-Identifier: BSD-3-Clause
// A program's own xerbla_, cblas_xerbla and ilaenv_ must be the ones that are called, whatever
// library the call ends in. Arguments: which of the checks to run, all by default.
#include <stdarg.h>

#include "probe.h"

static int xerbla_calls, cblas_xerbla_calls, ilaenv_calls, last_info;
static char last_name[7];

void xerbla_(const char* name, const int* info, size_t length) {
  (void)length;
  xerbla_calls++;
  last_info = *info;
  memcpy(last_name, name, 5);
}

void cblas_xerbla(int position, const char* routine, const char* format, ...) {
  (void)routine;
  (void)format;
  cblas_xerbla_calls++;
  last_info = position;
}

int ilaenv_(const int* what, const char* name, const char* options, const int* n1, const int* n2,
            const int* n3, const int* n4, size_t name_length, size_t options_length) {
  (void)name, (void)options, (void)n1, (void)n2, (void)n3, (void)n4;
  (void)name_length, (void)options_length;
  ilaenv_calls++;
  return *what == 1 ? 16 : *what == 2 ? 2 : *what == 3 ? 32 : 0;
}

static double a[64 * 64], b[64 * 64], c[64 * 64];

static void check_fortran(void) {
  const int n = 4, bad = -1;
  const double one = 1;
  dgemm_("X", "N", &n, &n, &n, &one, a, &n, b, &n, &one, c, &n);
  CHECK(xerbla_calls == 1 && last_info == 1, "dgemm_: xerbla_ was called %d times, info %d",
        xerbla_calls, last_info);
  CHECK(memcmp(last_name, "DGEMM", 5) == 0, "dgemm_: xerbla_ got the name '%s'", last_name);
  dgemm_("N", "N", &n, &n, &bad, &one, a, &n, b, &n, &one, c, &n);
  CHECK(xerbla_calls == 2 && last_info == 5, "dgemm_: %d calls, info %d", xerbla_calls, last_info);
  dsyrk_("U", "Q", &n, &n, &one, a, &n, &one, c, &n);
  CHECK(xerbla_calls == 3 && last_info == 2, "dsyrk_: %d calls, info %d", xerbla_calls, last_info);
}

static void check_cblas(void) {
  cblas_dgemm(7, kNoTrans, kNoTrans, 4, 4, 4, 1, a, 4, b, 4, 0, c, 4);
  CHECK(cblas_xerbla_calls == 1, "cblas_dgemm, bad order: %d calls of cblas_xerbla, %d of xerbla_",
        cblas_xerbla_calls, xerbla_calls);
  // The reference leaves this one to the Fortran routine, whose numbers do not count the order.
  const int fortran_calls = xerbla_calls;
  cblas_dgemm(kColMajor, kNoTrans, kNoTrans, -4, 4, 4, 1, a, 4, b, 4, 0, c, 4);
  const int by_cblas = cblas_xerbla_calls == 2 && xerbla_calls == fortran_calls && last_info == 4;
  const int by_fortran =
      cblas_xerbla_calls == 1 && xerbla_calls == fortran_calls + 1 && last_info == 3;
  CHECK(by_cblas || by_fortran, "cblas_dgemm, m = -4: %d calls of cblas_xerbla, %d of xerbla_, %d",
        cblas_xerbla_calls - 1, xerbla_calls - fortran_calls, last_info);
}

static void check_lapack(void) {
  const int bad = -1, n = 4;
  int pivots[4], info = 0, calls = xerbla_calls;
  dgetrf_(&bad, &n, a, &n, pivots, &info);
  CHECK(xerbla_calls == calls + 1 && last_info == 1 && info == -1,
        "dgetrf_: %d calls of xerbla_ with %d, info %d", xerbla_calls - calls, last_info, info);
  calls = xerbla_calls;
  dgeqrf_(&bad, &n, a, &n, b, c, &n, &info);
  CHECK(xerbla_calls == calls + 1 && info == -1, "dgeqrf_: %d calls of xerbla_, info %d",
        xerbla_calls - calls, info);
}

static void check_ilaenv(void) {
  const int n = 64, lwork = 64 * 64;
  int info = -1;
  double tau[64];
  fill(a, 64 * 64, 1);
  dgeqrf_(&n, &n, a, &n, tau, c, &lwork, &info);
  CHECK(info == 0 && ilaenv_calls > 0, "dgeqrf_: info %d, ilaenv_ was called %d times", info,
        ilaenv_calls);
}

int main(int argc, char** argv) {
  const char* only = argc > 1 ? argv[1] : "all";
  const int all = strcmp(only, "all") == 0;
  if (all || strcmp(only, "fortran") == 0) check_fortran();
  if (all || strcmp(only, "cblas") == 0) check_cblas();
  if (all || strcmp(only, "lapack") == 0) check_lapack();
  if (all || strcmp(only, "ilaenv") == 0) check_ilaenv();
  check_dgemm(100, 1);
  check_dgetrf(100, 1);
  puts("ok");
  return 0;
}
