// SPDX-License-Identifier: BSD-3-Clause
#include "backend/probe.h"

#include <dlfcn.h>
#include <stdint.h>

namespace switchblas::backend {
namespace {

__extension__ typedef _Complex float ComplexFloat;

/// isamax reads 3 as a 32-bit length and a negative number as a 64-bit one, for which the answer is
/// 0.
bool has_32_bit_integers(void* isamax) {
  const int64_t n = static_cast<int64_t>(0xffffffff00000003ULL);
  const int64_t one = 1;
  const float x[3] = {1.0F, 2.0F, 3.0F};
  const auto call = reinterpret_cast<int (*)(const int64_t*, const float*, const int64_t*)>(isamax);
  return call(&n, x, &one) == 3;
}

/// f2c's convention returns a double where Fortran says REAL.
bool returns_float(void* sdot) {
  const int64_t one = 1;
  const float x = 3.0F;
  const auto call = reinterpret_cast<float (*)(const int64_t*, const float*, const int64_t*,
                                               const float*, const int64_t*)>(sdot);
  return call(&one, &x, &one, &x, &one) == 9.0F;
}

/// A library that returns complex numbers through a hidden first argument takes our length for the
/// place of the result and overwrites what stands behind it, and our vector for the length: both
/// are zero as lengths.
bool returns_complex_in_registers(void* cdotu) {
  int32_t length_or_result[4] = {0, 0x7f7f7f7f, 0, 0};
  const int64_t zeros[8] = {};
  const auto call = reinterpret_cast<ComplexFloat (*)(int32_t*, const int64_t*, const int64_t*,
                                                      const int64_t*, const int64_t*)>(cdotu);
  const ComplexFloat result = call(length_or_result, zeros, zeros, zeros, zeros);
  return length_or_result[1] == 0x7f7f7f7f && __real__ result == 0.0F;
}

}  // namespace

const char* probe_interface(void* handle) noexcept {
  void* isamax = dlsym(handle, "isamax_");
  void* sdot = dlsym(handle, "sdot_");
  void* cdotu = dlsym(handle, "cdotu_");
  if (isamax == nullptr || sdot == nullptr || cdotu == nullptr ||
      dlsym(handle, "dgemm_") == nullptr) {
    return "it exports no dgemm_, isamax_, sdot_ or cdotu_";
  }
  if (!has_32_bit_integers(isamax)) return "its integers have 64 bits";
  if (!returns_float(sdot)) return "sdot_ does not return a float";
  if (!returns_complex_in_registers(cdotu))
    return "it returns complex numbers through a hidden argument";
  return nullptr;
}

}  // namespace switchblas::backend
