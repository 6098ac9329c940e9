// SPDX-License-Identifier: BSD-3-Clause
// Argument patterns of level 3: signature, shape, and the check that the reference BLAS makes, in
// its order. check() gives the number of the first illegal argument, 0 if all are right.
#pragma once

#include "shape/arguments.h"

namespace switchblas::shape {

template <class T>
struct Gemm {
  static constexpr int kDims = 3;
  static constexpr int kChars = 2;
  using Function = void(Char transa, Char transb, Int m, Int n, Int k, In<T> alpha, In<T> a,
                        Int lda, In<T> b, Int ldb, In<T> beta, Out<T> c, Int ldc);
  template <class... Rest>
  static Shape<3> shape(Char transa, Char transb, Int m, Int n, Int k, Rest...) {
    return {2 * transposed(transa) + transposed(transb), {*m, *n, *k}};
  }
  static int check(Char transa, Char transb, Int m, Int n, Int k, In<T>, In<T>, Int lda, In<T>,
                   Int ldb, In<T>, Out<T>, Int ldc) {
    if (!trans_ok(transa)) return 1;
    if (!trans_ok(transb)) return 2;
    if (*m < 0) return 3;
    if (*n < 0) return 4;
    if (*k < 0) return 5;
    if (*lda < at_least_1(is(transa, 'N') ? *m : *k)) return 8;
    if (*ldb < at_least_1(is(transb, 'N') ? *k : *n)) return 10;
    return *ldc < at_least_1(*m) ? 13 : 0;
  }
};

template <class T>
struct Gemmt {
  static constexpr int kDims = 2;
  static constexpr int kChars = 3;
  using Function = void(Char uplo, Char transa, Char transb, Int n, Int k, In<T> alpha, In<T> a,
                        Int lda, In<T> b, Int ldb, In<T> beta, Out<T> c, Int ldc);
  template <class... Rest>
  static Shape<2> shape(Char, Char transa, Char transb, Int n, Int k, Rest...) {
    return {2 * transposed(transa) + transposed(transb), {*n, *k}};
  }
  static int check(Char uplo, Char transa, Char transb, Int n, Int k, In<T>, In<T>, Int lda, In<T>,
                   Int ldb, In<T>, Out<T>, Int ldc) {
    if (!uplo_ok(uplo)) return 1;
    if (!trans_ok(transa)) return 2;
    if (!trans_ok(transb)) return 3;
    if (*n < 0) return 4;
    if (*k < 0) return 5;
    if (*lda < at_least_1(is(transa, 'N') ? *n : *k)) return 8;
    if (*ldb < at_least_1(is(transb, 'N') ? *k : *n)) return 10;
    return *ldc < at_least_1(*n) ? 13 : 0;
  }
};

template <class T>
struct Symm {
  static constexpr int kDims = 2;
  static constexpr int kChars = 2;
  using Function = void(Char side, Char uplo, Int m, Int n, In<T> alpha, In<T> a, Int lda, In<T> b,
                        Int ldb, In<T> beta, Out<T> c, Int ldc);
  template <class... Rest>
  static Shape<2> shape(Char side, Char, Int m, Int n, Rest...) {
    return {right(side), {*m, *n}};
  }
  static int check(Char side, Char uplo, Int m, Int n, In<T>, In<T>, Int lda, In<T>, Int ldb, In<T>,
                   Out<T>, Int ldc) {
    if (!side_ok(side)) return 1;
    if (!uplo_ok(uplo)) return 2;
    if (*m < 0) return 3;
    if (*n < 0) return 4;
    if (*lda < at_least_1(is(side, 'L') ? *m : *n)) return 7;
    if (*ldb < at_least_1(*m)) return 9;
    return *ldc < at_least_1(*m) ? 12 : 0;
  }
};

/// What syrk, herk, syr2k and her2k share: uplo, trans, n, k and a matrix that is n x k or k x n.
/// Besides N, real types allow T and C, complex symmetric ones T, Hermitian ones C.
struct RankK {
  static constexpr int kDims = 2;
  static constexpr int kChars = 2;
  template <class... Rest>
  static Shape<2, Work::first> shape(Char, Char trans, Int n, Int k, Rest...) {
    return {transposed(trans), {*n, *k}};
  }

 protected:
  static int check_flags(Char uplo, Char trans, bool t_ok, bool c_ok, Int n, Int k) {
    if (!uplo_ok(uplo)) return 1;
    if (!(is(trans, 'N') || (t_ok && is(trans, 'T')) || (c_ok && is(trans, 'C')))) return 2;
    if (*n < 0) return 3;
    return *k < 0 ? 4 : 0;
  }
  static int rows(Char trans, Int n, Int k) { return at_least_1(is(trans, 'N') ? *n : *k); }
};

template <class T>
struct Syrk : RankK {
  using Function = void(Char uplo, Char trans, Int n, Int k, In<T> alpha, In<T> a, Int lda,
                        In<T> beta, Out<T> c, Int ldc);
  static int check(Char uplo, Char trans, Int n, Int k, In<T>, In<T>, Int lda, In<T>, Out<T>,
                   Int ldc) {
    if (int bad = check_flags(uplo, trans, true, !kComplex<T>, n, k)) return bad;
    if (*lda < rows(trans, n, k)) return 7;
    return *ldc < at_least_1(*n) ? 10 : 0;
  }
};

template <class T>
struct Herk : RankK {
  using Function = void(Char uplo, Char trans, Int n, Int k, In<Real<T>> alpha, In<T> a, Int lda,
                        In<Real<T>> beta, Out<T> c, Int ldc);
  static int check(Char uplo, Char trans, Int n, Int k, In<Real<T>>, In<T>, Int lda, In<Real<T>>,
                   Out<T>, Int ldc) {
    if (int bad = check_flags(uplo, trans, false, true, n, k)) return bad;
    if (*lda < rows(trans, n, k)) return 7;
    return *ldc < at_least_1(*n) ? 10 : 0;
  }
};

template <class T>
struct Syr2k : RankK {
  using Function = void(Char uplo, Char trans, Int n, Int k, In<T> alpha, In<T> a, Int lda, In<T> b,
                        Int ldb, In<T> beta, Out<T> c, Int ldc);
  static int check(Char uplo, Char trans, Int n, Int k, In<T>, In<T>, Int lda, In<T>, Int ldb,
                   In<T>, Out<T>, Int ldc) {
    if (int bad = check_flags(uplo, trans, true, !kComplex<T>, n, k)) return bad;
    if (*lda < rows(trans, n, k)) return 7;
    if (*ldb < rows(trans, n, k)) return 9;
    return *ldc < at_least_1(*n) ? 12 : 0;
  }
};

template <class T>
struct Her2k : RankK {
  using Function = void(Char uplo, Char trans, Int n, Int k, In<T> alpha, In<T> a, Int lda, In<T> b,
                        Int ldb, In<Real<T>> beta, Out<T> c, Int ldc);
  static int check(Char uplo, Char trans, Int n, Int k, In<T>, In<T>, Int lda, In<T>, Int ldb,
                   In<Real<T>>, Out<T>, Int ldc) {
    if (int bad = check_flags(uplo, trans, false, true, n, k)) return bad;
    if (*lda < rows(trans, n, k)) return 7;
    if (*ldb < rows(trans, n, k)) return 9;
    return *ldc < at_least_1(*n) ? 12 : 0;
  }
};

/// trmm and trsm.
template <class T>
struct Trmm {
  static constexpr int kDims = 2;
  static constexpr int kChars = 4;
  using Function = void(Char side, Char uplo, Char transa, Char diag, Int m, Int n, In<T> alpha,
                        In<T> a, Int lda, Out<T> b, Int ldb);
  template <class... Rest>
  static Shape<2> shape(Char side, Char, Char transa, Char, Int m, Int n, Rest...) {
    return {2 * right(side) + transposed(transa), {*m, *n}};
  }
  static int check(Char side, Char uplo, Char transa, Char diag, Int m, Int n, In<T>, In<T>,
                   Int lda, Out<T>, Int ldb) {
    if (!side_ok(side)) return 1;
    if (!uplo_ok(uplo)) return 2;
    if (!trans_ok(transa)) return 3;
    if (!diag_ok(diag)) return 4;
    if (*m < 0) return 5;
    if (*n < 0) return 6;
    if (*lda < at_least_1(is(side, 'L') ? *m : *n)) return 9;
    return *ldb < at_least_1(*m) ? 11 : 0;
  }
};

}  // namespace switchblas::shape
