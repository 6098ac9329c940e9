// SPDX-License-Identifier: BSD-3-Clause
// CBLAS entries of level 2. In row-major, Hermitian and conjugate-transposed operands would need
// conjugated copies of vectors: those calls go to a backend's own CBLAS function. Nothing is
// stored.
#pragma once

#include "entry/cblas_arguments.h"
#include "shape/level2.h"

namespace switchblas::entry {

/// gemv and gbmv: what only a conjugated matrix that is not transposed in Fortran's eyes can do.
template <class T>
inline bool conjugates_alone(int trans, bool row_major) {
  return kComplex<T> && (trans == kConjNoTrans || (row_major && trans == kConjTrans));
}

template <Routine kRoutine, class T>
struct CblasGemv {
  static bool is_direct(int layout, int trans, int m, int n, Scalar<T>, const T*, int lda, const T*,
                        int incx, Scalar<T>, T*, int incy) {
    const bool row = layout == kRowMajor;
    const auto [rows, columns] = exchanged_if(row, m, n);
    const char letter = (trans == kNoTrans) == row ? 'T' : 'N';
    return all_of(is_layout(layout), is_trans(trans), (m | n) >= 0, lda >= shape::at_least_1(rows),
                  incx != 0, incy != 0,
                  goes_to_openblas<kRoutine, shape::Gemv<T>>(
                      shape::Gemv<T>::shape(&letter, &rows, &columns)));
  }

  static void entry(int layout, int trans, int m, int n, Scalar<T> alpha, const T* a, int lda,
                    const T* x, int incx, Scalar<T> beta, T* y, int incy) {
    using Pattern = shape::Gemv<T>;
    const bool row = layout == kRowMajor;
    const char letter = extended_trans_letter<kRoutine, T>(trans, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "TransA", trans, letter})) return;
    const int& rows = row ? n : m;
    const int& columns = row ? m : n;
    if (!arguments_ok<kRoutine, Pattern>(row, &letter, &rows, &columns, pointer_to<T>(alpha), a,
                                         &lda, x, &incx, pointer_to<T>(beta), y, &incy)) {
      return;
    }
    if (conjugates_alone<T>(trans, row)) {
      if (m == 0 || n == 0) return;  // the reference's cblas_ functions do not end on m = 0
      run_own_cblas<kRoutine>(Pattern::shape(&letter, &rows, &columns), layout, trans, m, n, alpha,
                              a, lda, x, incx, beta, y, incy);
    } else {
      Fortran<kRoutine, Pattern>::entry(&letter, &rows, &columns, pointer_to<T>(alpha), a, &lda, x,
                                        &incx, pointer_to<T>(beta), y, &incy);
    }
  }
};

template <Routine kRoutine, class T>
struct CblasGbmv {
  static void entry(int layout, int trans, int m, int n, int kl, int ku, Scalar<T> alpha,
                    const T* a, int lda, const T* x, int incx, Scalar<T> beta, T* y, int incy) {
    using Pattern = shape::Gbmv<T>;
    const bool row = layout == kRowMajor;
    const char letter = extended_trans_letter<kRoutine, T>(trans, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "TransA", trans, letter})) return;
    const int& rows = row ? n : m;
    const int& columns = row ? m : n;
    const int& lower = row ? ku : kl;
    const int& upper = row ? kl : ku;
    if (!arguments_ok<kRoutine, Pattern>(row, &letter, &rows, &columns, &lower, &upper,
                                         pointer_to<T>(alpha), a, &lda, x, &incx,
                                         pointer_to<T>(beta), y, &incy)) {
      return;
    }
    if (conjugates_alone<T>(trans, row)) {
      if (m == 0 || n == 0) return;  // the reference's cblas_ functions do not end on m = 0
      run_own_cblas<kRoutine>(Pattern::shape(&letter, &rows, &columns), layout, trans, m, n, kl, ku,
                              alpha, a, lda, x, incx, beta, y, incy);
    } else {
      Fortran<kRoutine, Pattern>::entry(&letter, &rows, &columns, &lower, &upper,
                                        pointer_to<T>(alpha), a, &lda, x, &incx,
                                        pointer_to<T>(beta), y, &incy);
    }
  }
};

/// symv; for complex types hemv.
template <Routine kRoutine, class T>
struct CblasSymv {
  static void entry(int layout, int uplo, int n, Scalar<T> alpha, const T* a, int lda, const T* x,
                    int incx, Scalar<T> beta, T* y, int incy) {
    using Pattern = shape::Symv<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul})) return;
    if (!arguments_ok<kRoutine, Pattern>(row, &ul, &n, pointer_to<T>(alpha), a, &lda, x, &incx,
                                         pointer_to<T>(beta), y, &incy)) {
      return;
    }
    if (kComplex<T> && row) {
      run_own_cblas<kRoutine>(Pattern::shape(&ul, &n), layout, uplo, n, alpha, a, lda, x, incx,
                              beta, y, incy);
    } else {
      Fortran<kRoutine, Pattern>::entry(&ul, &n, pointer_to<T>(alpha), a, &lda, x, &incx,
                                        pointer_to<T>(beta), y, &incy);
    }
  }
};

/// sbmv; for complex types hbmv.
template <Routine kRoutine, class T>
struct CblasSbmv {
  static void entry(int layout, int uplo, int n, int k, Scalar<T> alpha, const T* a, int lda,
                    const T* x, int incx, Scalar<T> beta, T* y, int incy) {
    using Pattern = shape::Sbmv<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul})) return;
    if (!arguments_ok<kRoutine, Pattern>(row, &ul, &n, &k, pointer_to<T>(alpha), a, &lda, x, &incx,
                                         pointer_to<T>(beta), y, &incy)) {
      return;
    }
    if (kComplex<T> && row) {
      run_own_cblas<kRoutine>(Pattern::shape(&ul, &n, &k), layout, uplo, n, k, alpha, a, lda, x,
                              incx, beta, y, incy);
    } else {
      Fortran<kRoutine, Pattern>::entry(&ul, &n, &k, pointer_to<T>(alpha), a, &lda, x, &incx,
                                        pointer_to<T>(beta), y, &incy);
    }
  }
};

/// spmv; for complex types hpmv.
template <Routine kRoutine, class T>
struct CblasSpmv {
  static void entry(int layout, int uplo, int n, Scalar<T> alpha, const T* ap, const T* x, int incx,
                    Scalar<T> beta, T* y, int incy) {
    using Pattern = shape::Spmv<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul})) return;
    if (!arguments_ok<kRoutine, Pattern>(row, &ul, &n, pointer_to<T>(alpha), ap, x, &incx,
                                         pointer_to<T>(beta), y, &incy)) {
      return;
    }
    if (kComplex<T> && row) {
      run_own_cblas<kRoutine>(Pattern::shape(&ul, &n), layout, uplo, n, alpha, ap, x, incx, beta, y,
                              incy);
    } else {
      Fortran<kRoutine, Pattern>::entry(&ul, &n, pointer_to<T>(alpha), ap, x, &incx,
                                        pointer_to<T>(beta), y, &incy);
    }
  }
};

/// trmv and trsv.
template <Routine kRoutine, class T>
struct CblasTrmv {
  static void entry(int layout, int uplo, int trans, int diag, int n, const T* a, int lda, T* x,
                    int incx) {
    using Pattern = shape::Trmv<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row), ta = trans_letter(trans, row), di = diag_letter(diag);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul},
                            CblasFlag{3, "TransA", trans, ta}, CblasFlag{4, "Diag", diag, di}) ||
        !arguments_ok<kRoutine, Pattern>(row, &ul, &ta, &di, &n, a, &lda, x, &incx)) {
      return;
    }
    if (kComplex<T> && row && trans == kConjTrans) {
      run_own_cblas<kRoutine>(Pattern::shape(&ul, &ta, &di, &n), layout, uplo, trans, diag, n, a,
                              lda, x, incx);
    } else {
      Fortran<kRoutine, Pattern>::entry(&ul, &ta, &di, &n, a, &lda, x, &incx);
    }
  }
};

/// tbmv and tbsv.
template <Routine kRoutine, class T>
struct CblasTbmv {
  static void entry(int layout, int uplo, int trans, int diag, int n, int k, const T* a, int lda,
                    T* x, int incx) {
    using Pattern = shape::Tbmv<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row), ta = trans_letter(trans, row), di = diag_letter(diag);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul},
                            CblasFlag{3, "TransA", trans, ta}, CblasFlag{4, "Diag", diag, di}) ||
        !arguments_ok<kRoutine, Pattern>(row, &ul, &ta, &di, &n, &k, a, &lda, x, &incx)) {
      return;
    }
    if (kComplex<T> && row && trans == kConjTrans) {
      run_own_cblas<kRoutine>(Pattern::shape(&ul, &ta, &di, &n, &k), layout, uplo, trans, diag, n,
                              k, a, lda, x, incx);
    } else {
      Fortran<kRoutine, Pattern>::entry(&ul, &ta, &di, &n, &k, a, &lda, x, &incx);
    }
  }
};

/// tpmv and tpsv.
template <Routine kRoutine, class T>
struct CblasTpmv {
  static void entry(int layout, int uplo, int trans, int diag, int n, const T* ap, T* x, int incx) {
    using Pattern = shape::Tpmv<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row), ta = trans_letter(trans, row), di = diag_letter(diag);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul},
                            CblasFlag{3, "TransA", trans, ta}, CblasFlag{4, "Diag", diag, di}) ||
        !arguments_ok<kRoutine, Pattern>(row, &ul, &ta, &di, &n, ap, x, &incx)) {
      return;
    }
    if (kComplex<T> && row && trans == kConjTrans) {
      run_own_cblas<kRoutine>(Pattern::shape(&ul, &ta, &di, &n), layout, uplo, trans, diag, n, ap,
                              x, incx);
    } else {
      Fortran<kRoutine, Pattern>::entry(&ul, &ta, &di, &n, ap, x, &incx);
    }
  }
};

/// ger, geru and gerc.
template <Routine kRoutine, class T>
struct CblasGer {
  static void entry(int layout, int m, int n, Scalar<T> alpha, const T* x, int incx, const T* y,
                    int incy, T* a, int lda) {
    using Pattern = shape::Ger<T>;
    if (!flags_ok<kRoutine>(layout)) return;
    if (layout == kColMajor) {
      check_and_run<kRoutine, Pattern>(false, &m, &n, pointer_to<T>(alpha), x, &incx, y, &incy, a,
                                       &lda);
      return;
    }
    if (!arguments_ok<kRoutine, Pattern>(true, &n, &m, pointer_to<T>(alpha), y, &incy, x, &incx, a,
                                         &lda)) {
      return;
    }
    if constexpr (kRoutine == Routine::cgerc || kRoutine == Routine::zgerc) {
      run_own_cblas<kRoutine>(Pattern::shape(&n, &m), layout, m, n, alpha, x, incx, y, incy, a,
                              lda);
    } else {
      Fortran<kRoutine, Pattern>::entry(&n, &m, pointer_to<T>(alpha), y, &incy, x, &incx, a, &lda);
    }
  }
};

template <Routine kRoutine, class T>
struct CblasSyr {
  static void entry(int layout, int uplo, int n, T alpha, const T* x, int incx, T* a, int lda) {
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul})) return;
    check_and_run<kRoutine, shape::Syr<T>>(row, &ul, &n, &alpha, x, &incx, a, &lda);
  }
};

template <Routine kRoutine, class T>
struct CblasHer {
  static void entry(int layout, int uplo, int n, Real<T> alpha, const T* x, int incx, T* a,
                    int lda) {
    using Pattern = shape::Her<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul})) return;
    if (!arguments_ok<kRoutine, Pattern>(row, &ul, &n, &alpha, x, &incx, a, &lda)) return;
    if (row) {
      run_own_cblas<kRoutine>(Pattern::shape(&ul, &n), layout, uplo, n, alpha, x, incx, a, lda);
    } else {
      Fortran<kRoutine, Pattern>::entry(&ul, &n, &alpha, x, &incx, a, &lda);
    }
  }
};

template <Routine kRoutine, class T>
struct CblasSpr {
  static void entry(int layout, int uplo, int n, T alpha, const T* x, int incx, T* ap) {
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul})) return;
    check_and_run<kRoutine, shape::Spr<T>>(row, &ul, &n, &alpha, x, &incx, ap);
  }
};

template <Routine kRoutine, class T>
struct CblasHpr {
  static void entry(int layout, int uplo, int n, Real<T> alpha, const T* x, int incx, T* ap) {
    using Pattern = shape::Hpr<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul})) return;
    if (!arguments_ok<kRoutine, Pattern>(row, &ul, &n, &alpha, x, &incx, ap)) return;
    if (row) {
      run_own_cblas<kRoutine>(Pattern::shape(&ul, &n), layout, uplo, n, alpha, x, incx, ap);
    } else {
      Fortran<kRoutine, Pattern>::entry(&ul, &n, &alpha, x, &incx, ap);
    }
  }
};

/// syr2; for complex types her2, whose vectors the reference exchanges in row-major.
template <Routine kRoutine, class T>
struct CblasSyr2 {
  static void entry(int layout, int uplo, int n, Scalar<T> alpha, const T* x, int incx, const T* y,
                    int incy, T* a, int lda) {
    using Pattern = shape::Syr2<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul})) return;
    if (kComplex<T> && row) {
      if (arguments_ok<kRoutine, Pattern>(row, &ul, &n, pointer_to<T>(alpha), y, &incy, x, &incx, a,
                                          &lda)) {
        run_own_cblas<kRoutine>(Pattern::shape(&ul, &n), layout, uplo, n, alpha, x, incx, y, incy,
                                a, lda);
      }
      return;
    }
    check_and_run<kRoutine, Pattern>(row, &ul, &n, pointer_to<T>(alpha), x, &incx, y, &incy, a,
                                     &lda);
  }
};

/// spr2; for complex types hpr2, whose vectors the reference exchanges in row-major.
template <Routine kRoutine, class T>
struct CblasSpr2 {
  static void entry(int layout, int uplo, int n, Scalar<T> alpha, const T* x, int incx, const T* y,
                    int incy, T* ap) {
    using Pattern = shape::Spr2<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul})) return;
    if (kComplex<T> && row) {
      if (arguments_ok<kRoutine, Pattern>(row, &ul, &n, pointer_to<T>(alpha), y, &incy, x, &incx,
                                          ap)) {
        run_own_cblas<kRoutine>(Pattern::shape(&ul, &n), layout, uplo, n, alpha, x, incx, y, incy,
                                ap);
      }
      return;
    }
    check_and_run<kRoutine, Pattern>(row, &ul, &n, pointer_to<T>(alpha), x, &incx, y, &incy, ap);
  }
};

}  // namespace switchblas::entry
