// SPDX-License-Identifier: BSD-3-Clause
#include "backend/find.h"

namespace switchblas::backend {
namespace {

#if defined(__x86_64__)
#define DEBIAN_LIB "/usr/lib/x86_64-linux-gnu/"
#elif defined(__aarch64__)
#define DEBIAN_LIB "/usr/lib/aarch64-linux-gnu/"
#endif

// Debian and Ubuntu, then Fedora, RHEL and Amazon Linux (suffix o = OpenMP), then SUSE, then Arch.
constexpr const char* kOpenblas[] = {
    DEBIAN_LIB "openblas-openmp/libopenblas.so.0",
    "/usr/lib64/libopenblaso.so.0",
    "/usr/lib64/openblas-openmp/libopenblas.so.0",
    "/usr/lib/libopenblaso.so.0",
    nullptr,
};
constexpr const char* kBlis[] = {
    DEBIAN_LIB "blis-openmp/libblis.so.4",
    DEBIAN_LIB "blis-openmp/libblis.so.3",
    "/usr/lib64/libbliso.so.4",
    "/usr/lib64/libblis.so.4",
    "/usr/lib/libblis.so.4",
    nullptr,
};
constexpr const char* kReferenceBlas[] = {
    DEBIAN_LIB "blas/libblas.so.3",
    nullptr,
};
constexpr const char* kReferenceLapack[] = {
    DEBIAN_LIB "lapack/liblapack.so.3",
    nullptr,
};
constexpr const char* kNone[] = {nullptr};

}  // namespace

const char* const* candidates(Kind kind) noexcept {
  switch (kind) {
    case Kind::openblas:
      return kOpenblas;
    case Kind::blis:
      return kBlis;
    case Kind::reference:
      return kReferenceBlas;
    case Kind::other:
      return kNone;
  }
  return kNone;
}

const char* const* lapack_candidates() noexcept { return kReferenceLapack; }

const char* package_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::openblas:
      return "libopenblas0-openmp (Debian, Ubuntu) or openblas-openmp (Fedora, RHEL, Amazon Linux)";
    case Kind::blis:
      return "libblis4-openmp (Debian, Ubuntu) or blis-openmp (Fedora, RHEL)";
    case Kind::reference:
      return "libblas3 and liblapack3 (Debian, Ubuntu)";
    case Kind::other:
      return "the library that SWITCHBLAS_BACKEND names";
  }
  return "";
}

}  // namespace switchblas::backend
