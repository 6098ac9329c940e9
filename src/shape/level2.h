// SPDX-License-Identifier: BSD-3-Clause
// Argument patterns of level 2: signature, shape, and the check that the reference BLAS makes, in
// its order. check() gives the number of the first illegal argument, 0 if all are right.
#pragma once

#include "shape/arguments.h"

namespace switchblas::shape {

template <class T>
struct Gemv {
  static constexpr int kDims = 2;
  static constexpr int kChars = 1;
  using Function = void(Char trans, Int m, Int n, In<T> alpha, In<T> a, Int lda, In<T> x, Int incx,
                        In<T> beta, Out<T> y, Int incy);
  template <class... Rest>
  static Shape<2> shape(Char trans, Int m, Int n, Rest...) {
    return {transposed(trans), {*m, *n}};
  }
  static int check(Char trans, Int m, Int n, In<T>, In<T>, Int lda, In<T>, Int incx, In<T>, Out<T>,
                   Int incy) {
    if (!trans_ok(trans)) return 1;
    if (*m < 0) return 2;
    if (*n < 0) return 3;
    if (*lda < at_least_1(*m)) return 6;
    if (*incx == 0) return 8;
    return *incy == 0 ? 11 : 0;
  }
};

template <class T>
struct Gbmv {
  static constexpr int kDims = 2;
  static constexpr int kChars = 1;
  using Function = void(Char trans, Int m, Int n, Int kl, Int ku, In<T> alpha, In<T> a, Int lda,
                        In<T> x, Int incx, In<T> beta, Out<T> y, Int incy);
  template <class... Rest>
  static Shape<2> shape(Char trans, Int m, Int n, Rest...) {
    return {transposed(trans), {*m, *n}};
  }
  static int check(Char trans, Int m, Int n, Int kl, Int ku, In<T>, In<T>, Int lda, In<T>, Int incx,
                   In<T>, Out<T>, Int incy) {
    if (!trans_ok(trans)) return 1;
    if (*m < 0) return 2;
    if (*n < 0) return 3;
    if (*kl < 0) return 4;
    if (*ku < 0) return 5;
    if (*lda < *kl + *ku + 1) return 8;
    if (*incx == 0) return 10;
    return *incy == 0 ? 13 : 0;
  }
};

/// Patterns that begin with uplo and n: one dimension, the flag does not change the choice.
struct Symmetric {
  static constexpr int kDims = 1;
  static constexpr int kChars = 1;
  template <class... Rest>
  static Shape<1> shape(Char, Int n, Rest...) {
    return {0, {*n}};
  }

 protected:
  static int check_uplo_n(Char uplo, Int n) {
    if (!uplo_ok(uplo)) return 1;
    return *n < 0 ? 2 : 0;
  }
};

template <class T>
struct Symv : Symmetric {
  using Function = void(Char uplo, Int n, In<T> alpha, In<T> a, Int lda, In<T> x, Int incx,
                        In<T> beta, Out<T> y, Int incy);
  static int check(Char uplo, Int n, In<T>, In<T>, Int lda, In<T>, Int incx, In<T>, Out<T>,
                   Int incy) {
    if (int bad = check_uplo_n(uplo, n)) return bad;
    if (*lda < at_least_1(*n)) return 5;
    if (*incx == 0) return 7;
    return *incy == 0 ? 10 : 0;
  }
};

template <class T>
struct Sbmv {
  static constexpr int kDims = 2;
  static constexpr int kChars = 1;
  using Function = void(Char uplo, Int n, Int k, In<T> alpha, In<T> a, Int lda, In<T> x, Int incx,
                        In<T> beta, Out<T> y, Int incy);
  template <class... Rest>
  static Shape<2, Work::first> shape(Char, Int n, Int k, Rest...) {
    return {0, {*n, *k}};
  }
  static int check(Char uplo, Int n, Int k, In<T>, In<T>, Int lda, In<T>, Int incx, In<T>, Out<T>,
                   Int incy) {
    if (!uplo_ok(uplo)) return 1;
    if (*n < 0) return 2;
    if (*k < 0) return 3;
    if (*lda < *k + 1) return 6;
    if (*incx == 0) return 8;
    return *incy == 0 ? 11 : 0;
  }
};

template <class T>
struct Spmv : Symmetric {
  using Function = void(Char uplo, Int n, In<T> alpha, In<T> ap, In<T> x, Int incx, In<T> beta,
                        Out<T> y, Int incy);
  static int check(Char uplo, Int n, In<T>, In<T>, In<T>, Int incx, In<T>, Out<T>, Int incy) {
    if (int bad = check_uplo_n(uplo, n)) return bad;
    if (*incx == 0) return 6;
    return *incy == 0 ? 9 : 0;
  }
};

/// Triangular patterns: uplo, trans, diag, n.
struct Triangular {
  static constexpr int kChars = 3;

 protected:
  static int check_flags(Char uplo, Char trans, Char diag, Int n) {
    if (!uplo_ok(uplo)) return 1;
    if (!trans_ok(trans)) return 2;
    if (!diag_ok(diag)) return 3;
    return *n < 0 ? 4 : 0;
  }
};

template <class T>
struct Trmv : Triangular {
  static constexpr int kDims = 1;
  using Function = void(Char uplo, Char trans, Char diag, Int n, In<T> a, Int lda, Out<T> x,
                        Int incx);
  template <class... Rest>
  static Shape<1> shape(Char, Char trans, Char, Int n, Rest...) {
    return {transposed(trans), {*n}};
  }
  static int check(Char uplo, Char trans, Char diag, Int n, In<T>, Int lda, Out<T>, Int incx) {
    if (int bad = check_flags(uplo, trans, diag, n)) return bad;
    if (*lda < at_least_1(*n)) return 6;
    return *incx == 0 ? 8 : 0;
  }
};

template <class T>
struct Tbmv : Triangular {
  static constexpr int kDims = 2;
  using Function = void(Char uplo, Char trans, Char diag, Int n, Int k, In<T> a, Int lda, Out<T> x,
                        Int incx);
  template <class... Rest>
  static Shape<2, Work::first> shape(Char, Char trans, Char, Int n, Int k, Rest...) {
    return {transposed(trans), {*n, *k}};
  }
  static int check(Char uplo, Char trans, Char diag, Int n, Int k, In<T>, Int lda, Out<T>,
                   Int incx) {
    if (int bad = check_flags(uplo, trans, diag, n)) return bad;
    if (*k < 0) return 5;
    if (*lda < *k + 1) return 7;
    return *incx == 0 ? 9 : 0;
  }
};

template <class T>
struct Tpmv : Triangular {
  static constexpr int kDims = 1;
  using Function = void(Char uplo, Char trans, Char diag, Int n, In<T> ap, Out<T> x, Int incx);
  template <class... Rest>
  static Shape<1> shape(Char, Char trans, Char, Int n, Rest...) {
    return {transposed(trans), {*n}};
  }
  static int check(Char uplo, Char trans, Char diag, Int n, In<T>, Out<T>, Int incx) {
    if (int bad = check_flags(uplo, trans, diag, n)) return bad;
    return *incx == 0 ? 7 : 0;
  }
};

template <class T>
struct Ger {
  static constexpr int kDims = 2;
  static constexpr int kChars = 0;
  using Function = void(Int m, Int n, In<T> alpha, In<T> x, Int incx, In<T> y, Int incy, Out<T> a,
                        Int lda);
  template <class... Rest>
  static Shape<2> shape(Int m, Int n, Rest...) {
    return {0, {*m, *n}};
  }
  static int check(Int m, Int n, In<T>, In<T>, Int incx, In<T>, Int incy, Out<T>, Int lda) {
    if (*m < 0) return 1;
    if (*n < 0) return 2;
    if (*incx == 0) return 5;
    if (*incy == 0) return 7;
    return *lda < at_least_1(*m) ? 9 : 0;
  }
};

/// Rank-1 update of a symmetric matrix; Hermitian ones (Her, Hpr) take a real alpha.
template <class T, class Alpha = T>
struct Syr : Symmetric {
  using Function = void(Char uplo, Int n, In<Alpha> alpha, In<T> x, Int incx, Out<T> a, Int lda);
  static int check(Char uplo, Int n, In<Alpha>, In<T>, Int incx, Out<T>, Int lda) {
    if (int bad = check_uplo_n(uplo, n)) return bad;
    if (*incx == 0) return 5;
    return *lda < at_least_1(*n) ? 7 : 0;
  }
};
template <class T>
struct Her : Syr<T, Real<T>> {};

template <class T, class Alpha = T>
struct Spr : Symmetric {
  using Function = void(Char uplo, Int n, In<Alpha> alpha, In<T> x, Int incx, Out<T> ap);
  static int check(Char uplo, Int n, In<Alpha>, In<T>, Int incx, Out<T>) {
    if (int bad = check_uplo_n(uplo, n)) return bad;
    return *incx == 0 ? 5 : 0;
  }
};
template <class T>
struct Hpr : Spr<T, Real<T>> {};

template <class T>
struct Syr2 : Symmetric {
  using Function = void(Char uplo, Int n, In<T> alpha, In<T> x, Int incx, In<T> y, Int incy,
                        Out<T> a, Int lda);
  static int check(Char uplo, Int n, In<T>, In<T>, Int incx, In<T>, Int incy, Out<T>, Int lda) {
    if (int bad = check_uplo_n(uplo, n)) return bad;
    if (*incx == 0) return 5;
    if (*incy == 0) return 7;
    return *lda < at_least_1(*n) ? 9 : 0;
  }
};

template <class T>
struct Spr2 : Symmetric {
  using Function = void(Char uplo, Int n, In<T> alpha, In<T> x, Int incx, In<T> y, Int incy,
                        Out<T> ap);
  static int check(Char uplo, Int n, In<T>, In<T>, Int incx, In<T>, Int incy, Out<T>) {
    if (int bad = check_uplo_n(uplo, n)) return bad;
    if (*incx == 0) return 5;
    return *incy == 0 ? 7 : 0;
  }
};

}  // namespace switchblas::shape
