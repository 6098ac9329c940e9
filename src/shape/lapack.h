// SPDX-License-Identifier: BSD-3-Clause
// Argument patterns of the LAPACK routines that OpenBLAS runs on threads of its own: signature,
// shape, and the check that the reference LAPACK makes. check() gives the number of the first
// illegal argument, 0 if all are right; kInfo is the position of INFO among the arguments, counted
// from 0, or -1 where there is none: a failed check must store it there as well.
#pragma once

#include "shape/arguments.h"

namespace switchblas::shape {

template <class T>
struct Getrf {
  static constexpr int kDims = 2;
  static constexpr int kChars = 0;
  static constexpr int kInfo = 5;
  using Function = void(Int m, Int n, Out<T> a, Int lda, Out<int> ipiv, Out<int> info);
  template <class... Rest>
  static Shape<2> shape(Int m, Int n, Rest...) {
    return {0, {*m, *n}};
  }
  static int check(Int m, Int n, Out<T>, Int lda, Out<int>, Out<int>) {
    if (*m < 0) return 1;
    if (*n < 0) return 2;
    return *lda < at_least_1(*m) ? 4 : 0;
  }
};

template <class T>
struct Getrs {
  static constexpr int kDims = 2;
  static constexpr int kChars = 1;
  static constexpr int kInfo = 8;
  using Function = void(Char trans, Int n, Int nrhs, In<T> a, Int lda, In<int> ipiv, Out<T> b,
                        Int ldb, Out<int> info);
  template <class... Rest>
  static Shape<2> shape(Char, Int n, Int nrhs, Rest...) {
    return {0, {*n, *nrhs}};
  }
  static int check(Char trans, Int n, Int nrhs, In<T>, Int lda, In<int>, Out<T>, Int ldb,
                   Out<int>) {
    if (!trans_ok(trans)) return 1;
    if (*n < 0) return 2;
    if (*nrhs < 0) return 3;
    if (*lda < at_least_1(*n)) return 5;
    return *ldb < at_least_1(*n) ? 8 : 0;
  }
};

template <class T>
struct Gesv {
  static constexpr int kDims = 2;
  static constexpr int kChars = 0;
  static constexpr int kInfo = 7;
  using Function = void(Int n, Int nrhs, Out<T> a, Int lda, Out<int> ipiv, Out<T> b, Int ldb,
                        Out<int> info);
  template <class... Rest>
  static Shape<2> shape(Int n, Int nrhs, Rest...) {
    return {0, {*n, *nrhs}};
  }
  static int check(Int n, Int nrhs, Out<T>, Int lda, Out<int>, Out<T>, Int ldb, Out<int>) {
    if (*n < 0) return 1;
    if (*nrhs < 0) return 2;
    if (*lda < at_least_1(*n)) return 4;
    return *ldb < at_least_1(*n) ? 7 : 0;
  }
};

/// potrf, potri and lauum.
template <class T>
struct Potrf {
  static constexpr int kDims = 1;
  static constexpr int kChars = 1;
  static constexpr int kInfo = 4;
  using Function = void(Char uplo, Int n, Out<T> a, Int lda, Out<int> info);
  template <class... Rest>
  static Shape<1> shape(Char, Int n, Rest...) {
    return {0, {*n}};
  }
  static int check(Char uplo, Int n, Out<T>, Int lda, Out<int>) {
    if (!uplo_ok(uplo)) return 1;
    if (*n < 0) return 2;
    return *lda < at_least_1(*n) ? 4 : 0;
  }
};

template <class T>
struct Trtri {
  static constexpr int kDims = 1;
  static constexpr int kChars = 2;
  static constexpr int kInfo = 5;
  using Function = void(Char uplo, Char diag, Int n, Out<T> a, Int lda, Out<int> info);
  template <class... Rest>
  static Shape<1> shape(Char, Char, Int n, Rest...) {
    return {0, {*n}};
  }
  static int check(Char uplo, Char diag, Int n, Out<T>, Int lda, Out<int>) {
    if (!uplo_ok(uplo)) return 1;
    if (!diag_ok(diag)) return 2;
    if (*n < 0) return 3;
    return *lda < at_least_1(*n) ? 5 : 0;
  }
};

template <class T>
struct Trtrs {
  static constexpr int kDims = 2;
  static constexpr int kChars = 3;
  static constexpr int kInfo = 9;
  static constexpr bool kUpperCaseOnly = true;  // OpenBLAS 0.3.21 takes small letters for errors
  using Function = void(Char uplo, Char trans, Char diag, Int n, Int nrhs, In<T> a, Int lda,
                        Out<T> b, Int ldb, Out<int> info);
  template <class... Rest>
  static Shape<2> shape(Char, Char, Char, Int n, Int nrhs, Rest...) {
    return {0, {*n, *nrhs}};
  }
  static int check(Char uplo, Char trans, Char diag, Int n, Int nrhs, In<T>, Int lda, Out<T>,
                   Int ldb, Out<int>) {
    if (!uplo_ok(uplo)) return 1;
    if (!trans_ok(trans)) return 2;
    if (!diag_ok(diag)) return 3;
    if (*n < 0) return 4;
    if (*nrhs < 0) return 5;
    if (*lda < at_least_1(*n)) return 7;
    return *ldb < at_least_1(*n) ? 9 : 0;
  }
};

template <class T>
struct Laswp {
  static constexpr int kDims = 1;
  static constexpr int kChars = 0;
  static constexpr int kInfo = -1;
  using Function = void(Int n, Out<T> a, Int lda, Int k1, Int k2, In<int> ipiv, Int incx);
  template <class... Rest>
  static Shape<1> shape(Int n, Rest...) {
    return {0, {*n}};
  }
  template <class... Arguments>
  static int check(Arguments...) {
    return 0;
  }
};

/// The argument list is that of LAPACK 3.11 (ctot and w at the end).
template <class T>
struct Laed3 {
  static constexpr int kDims = 1;
  static constexpr int kChars = 0;
  static constexpr int kInfo = 13;
  using Function = void(Int k, Int n, Int n1, Out<T> d, Out<T> q, Int ldq, In<T> rho, Out<T> dlamda,
                        In<T> q2, In<int> indx, In<int> ctot, Out<T> w, Out<T> s, Out<int> info);
  template <class... Rest>
  static Shape<1> shape(Int k, Rest...) {
    return {0, {*k}};
  }
  static int check(Int k, Int n, Int, Out<T>, Out<T>, Int ldq, In<T>, Out<T>, In<T>, In<int>,
                   In<int>, Out<T>, Out<T>, Out<int>) {
    if (*k < 0) return 1;
    if (*n < *k) return 2;
    return *ldq < at_least_1(*n) ? 6 : 0;
  }
};

}  // namespace switchblas::shape
