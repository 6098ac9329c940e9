// SPDX-License-Identifier: BSD-3-Clause
// The words in which argument patterns are written: Fortran's arguments as C sees them, and the
// shape that the table looks at. Everything here is a pure function of the arguments; nothing is
// stored.
#pragma once

#include <cstdint>

namespace switchblas::shape {

// GNU's complex types have the layout and the return convention of gfortran's COMPLEX.
__extension__ typedef _Complex float ComplexFloat;
__extension__ typedef _Complex double ComplexDouble;

template <class T>
struct RealOf {
  using Type = T;
};
template <>
struct RealOf<ComplexFloat> {
  using Type = float;
};
template <>
struct RealOf<ComplexDouble> {
  using Type = double;
};
template <class T>
using Real = typename RealOf<T>::Type;
template <class T>
inline constexpr bool kComplex = sizeof(T) != sizeof(Real<T>);

using Char = const char*;
using Int = const int*;
template <class T>
using In = const T*;
template <class T>
using Out = T*;

/// What the table is asked for. `work` is what OpenBLAS compares with its own thread thresholds
/// (backend/openblas.h), in elements or multiplications as the routine has it.
template <int kDims>
struct Shape {
  int variant;
  int dim[kDims];
  double work;
};

// Letters are compared as the reference's LSAME does, without regard to case.
inline bool is(Char c, char upper) { return (*c & ~0x20) == upper; }
/// The letter as a backend wants it that compares with capitals only. Other arguments pass as they
/// are.
inline Char in_upper_case(Char c) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return *c >= 'a' && *c <= 'z' ? &kLetters[*c - 'a'] : c;
}
template <class Argument>
inline Argument in_upper_case(Argument argument) {
  return argument;
}

inline bool trans_ok(Char c) { return is(c, 'N') || is(c, 'T') || is(c, 'C'); }
inline bool uplo_ok(Char c) { return is(c, 'U') || is(c, 'L'); }
inline bool side_ok(Char c) { return is(c, 'L') || is(c, 'R'); }
inline bool diag_ok(Char c) { return is(c, 'U') || is(c, 'N'); }
inline int transposed(Char c) { return is(c, 'N') ? 0 : 1; }
inline int right(Char c) { return is(c, 'R') ? 1 : 0; }
inline int at_least_1(int n) { return n > 1 ? n : 1; }

/// A size as a factor of `work`. A negative one is an error that the backend or the check reports:
/// either way is safe.
inline double real(int n) { return static_cast<double>(n); }

}  // namespace switchblas::shape
