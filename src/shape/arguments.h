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

/// What OpenBLAS compares with its own thread thresholds (backend/openblas.h): the product of the
/// dimensions or the first of them.
enum class Work { product, first };

/// What the table is asked for.
template <int kDims, Work kWork = Work::product>
struct Shape {
  int variant;
  int dim[kDims];
};

/// Whether OpenBLAS takes one of its buffers for the routine, also for one thread.
template <class Pattern>
inline constexpr bool kTakesBuffer = !requires {
  Pattern::kNoBuffer;
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
// For variants of the table: of the legal letters, those of either case of N and L have bit 3 set,
// T, C and R have not. Illegal ones may come out as either, for they are reported either way.
inline int transposed(Char c) { return (~*c >> 3) & 1; }
inline int right(Char c) { return (~*c >> 3) & 1; }
inline int at_least_1(int n) { return n > 1 ? n : 1; }

}  // namespace switchblas::shape
