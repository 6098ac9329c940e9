// SPDX-License-Identifier: BSD-3-Clause
// A library whose constructor calls BLAS: it does so while it holds the loader's lock.
#include "probe.h"

__attribute__((constructor)) static void compute(void) {
  const int n = 3, one = 1;
  const double x[] = {1, 2, 3};
  CHECK(ddot_(&n, x, &one, x, &one) == 14, "ddot in a constructor");
  check_dgemm(20, 1);
}
