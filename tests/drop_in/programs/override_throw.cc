// SPDX-License-Identifier: BSD-3-Clause
// An xerbla_ that throws: the exception must come through the library to the caller.
#include <cstdarg>
#include <cstring>
#include <stdexcept>
#include <string>

#include "probe.h"

extern "C" void xerbla_(const char* /*name*/, const int* info, std::size_t /*length*/) {
  throw std::runtime_error(std::to_string(*info));
}
extern "C" void cblas_xerbla(int position, const char* /*routine*/, const char* /*format*/, ...) {
  throw std::runtime_error(std::to_string(position));
}

namespace {

template <typename Call>
void expect_throw(const char* name, const char* info, Call call) {
  for (int i = 0; i < 100; i++) {
    bool thrown = false;
    try {
      call();
    } catch (const std::runtime_error& error) {
      thrown = true;
      const bool expected = info == nullptr || std::strcmp(error.what(), info) == 0;
      CHECK(expected, "%s: argument %s, not %s", name, error.what(), info);
    }
    CHECK(thrown, "%s threw nothing", name);
  }
}

}  // namespace

int main() {
  double a[64] = {}, b[64] = {}, c[64] = {};
  const int n = 8, bad = -1;
  const double one = 1;
  int pivots[8], info = 0;
  expect_throw("dgemm_", "1",
               [&] { dgemm_("X", "N", &n, &n, &n, &one, a, &n, b, &n, &one, c, &n); });
  expect_throw("dtrsm_", "6", [&] { dtrsm_("L", "U", "N", "N", &n, &bad, &one, a, &n, b, &n); });
  expect_throw("cblas_dgemm", nullptr, [&] {
    cblas_dgemm(kColMajor, kNoTrans, kNoTrans, 8, -8, 8, 1, a, 8, b, 8, 0, c, 8);
  });
  expect_throw("dgetrf_", "1", [&] { dgetrf_(&bad, &n, a, &n, pivots, &info); });
  check_dgemm(300, 1);
  check_dgetrf(200, 1);
  std::puts("ok");
  return 0;
}
