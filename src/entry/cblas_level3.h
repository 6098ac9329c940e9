// SPDX-License-Identifier: BSD-3-Clause
// CBLAS entries of level 3. Positions of illegal enumerations are those that the reference reports,
// also where it is off by one in row-major: programs compare them. Nothing is stored.
#pragma once

#include "entry/cblas_arguments.h"
#include "shape/level3.h"

namespace switchblas::entry {

/// gemm and gemm3m.
template <Routine kRoutine, class T>
struct CblasGemm {
  static bool is_direct(int layout, int transa, int transb, int m, int n, int k, Scalar<T>,
                        const T*, int lda, const T*, int ldb, Scalar<T>, T*, int ldc) {
    // As Fortran sees it: row-major is op(B)' * op(A)'.
    const bool row = layout == kRowMajor;
    const auto [rows, columns] = exchanged_if(row, m, n);
    const auto [first, second] = exchanged_if(row, transa, transb);
    const auto [first_ld, second_ld] = exchanged_if(row, lda, ldb);
    const char letters[] = {first == kNoTrans ? 'N' : 'T', second == kNoTrans ? 'N' : 'T'};
    return all_of(is_layout(layout), is_trans(transa), is_trans(transb), (m | n | k) >= 0,
                  first_ld >= shape::at_least_1(first == kNoTrans ? rows : k),
                  second_ld >= shape::at_least_1(second == kNoTrans ? k : columns),
                  ldc >= shape::at_least_1(rows),
                  goes_to_openblas<kRoutine, shape::Gemm<T>>(
                      shape::Gemm<T>::shape(&letters[0], &letters[1], &rows, &columns, &k)));
  }

  static void entry(int layout, int transa, int transb, int m, int n, int k, Scalar<T> alpha,
                    const T* a, int lda, const T* b, int ldb, Scalar<T> beta, T* c, int ldc) {
    using Pattern = shape::Gemm<T>;
    const bool row = layout == kRowMajor;
    const char ta = extended_trans_letter<kRoutine, T>(transa, false);
    const char tb = extended_trans_letter<kRoutine, T>(transb, false);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "TransA", transa, ta},
                            CblasFlag{row ? 2 : 3, "TransB", transb, tb})) {
      return;
    }
    const bool ok =
        row ? arguments_ok<kRoutine, Pattern>(row, &tb, &ta, &n, &m, &k, pointer_to<T>(alpha), b,
                                              &ldb, a, &lda, pointer_to<T>(beta), c, &ldc)
            : arguments_ok<kRoutine, Pattern>(row, &ta, &tb, &m, &n, &k, pointer_to<T>(alpha), a,
                                              &lda, b, &ldb, pointer_to<T>(beta), c, &ldc);
    if (!ok) return;
    if (kComplex<T> && (transa == kConjNoTrans || transb == kConjNoTrans)) [[unlikely]] {
      run_own_cblas<kRoutine>(Pattern::shape(&ta, &tb, &m, &n, &k), layout, transa, transb, m, n, k,
                              alpha, a, lda, b, ldb, beta, c, ldc);
    } else if (row) {
      Fortran<kRoutine, Pattern>::entry(&tb, &ta, &n, &m, &k, pointer_to<T>(alpha), b, &ldb, a,
                                        &lda, pointer_to<T>(beta), c, &ldc);
    } else {
      Fortran<kRoutine, Pattern>::entry(&ta, &tb, &m, &n, &k, pointer_to<T>(alpha), a, &lda, b,
                                        &ldb, pointer_to<T>(beta), c, &ldc);
    }
  }
};

/// gemmt and gemmtr.
template <Routine kRoutine, class T>
struct CblasGemmt {
  static void entry(int layout, int uplo, int transa, int transb, int n, int k, Scalar<T> alpha,
                    const T* a, int lda, const T* b, int ldb, Scalar<T> beta, T* c, int ldc) {
    using Pattern = shape::Gemmt<T>;
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row);
    const char ta = trans_letter(transa, false), tb = trans_letter(transb, false);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul},
                            CblasFlag{3, "TransA", transa, ta},
                            CblasFlag{4, "TransB", transb, tb})) {
      return;
    }
    if (row) {
      check_and_run<kRoutine, Pattern>(row, &ul, &tb, &ta, &n, &k, pointer_to<T>(alpha), b, &ldb, a,
                                       &lda, pointer_to<T>(beta), c, &ldc);
    } else {
      check_and_run<kRoutine, Pattern>(row, &ul, &ta, &tb, &n, &k, pointer_to<T>(alpha), a, &lda, b,
                                       &ldb, pointer_to<T>(beta), c, &ldc);
    }
  }
};

/// symm and hemm.
template <Routine kRoutine, class T>
struct CblasSymm {
  static void entry(int layout, int side, int uplo, int m, int n, Scalar<T> alpha, const T* a,
                    int lda, const T* b, int ldb, Scalar<T> beta, T* c, int ldc) {
    const bool row = layout == kRowMajor;
    const char sd = side_letter(side, row), ul = uplo_letter(uplo, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Side", side, sd},
                            CblasFlag{3, "Uplo", uplo, ul})) {
      return;
    }
    check_and_run<kRoutine, shape::Symm<T>>(row, &sd, &ul, row ? &n : &m, row ? &m : &n,
                                            pointer_to<T>(alpha), a, &lda, b, &ldb,
                                            pointer_to<T>(beta), c, &ldc);
  }
};

/// The letter of syrk and syr2k, herk and her2k. In row-major the reference takes Trans and
/// ConjTrans alike, also where the type has only one of them.
template <bool kHermitian>
inline char rank_k_letter(int trans, bool row_major) {
  if (kHermitian && row_major && trans == kNoTrans) return 'C';
  return trans_letter(trans, row_major);
}

template <Routine kRoutine, class T>
struct CblasSyrk {
  static void entry(int layout, int uplo, int trans, int n, int k, Scalar<T> alpha, const T* a,
                    int lda, Scalar<T> beta, T* c, int ldc) {
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row), tr = rank_k_letter<false>(trans, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{row ? 3 : 2, "Uplo", uplo, ul},
                            CblasFlag{3, "Trans", trans, tr})) {
      return;
    }
    check_and_run<kRoutine, shape::Syrk<T>>(row, &ul, &tr, &n, &k, pointer_to<T>(alpha), a, &lda,
                                            pointer_to<T>(beta), c, &ldc);
  }
};

template <Routine kRoutine, class T>
struct CblasHerk {
  static void entry(int layout, int uplo, int trans, int n, int k, Real<T> alpha, const T* a,
                    int lda, Real<T> beta, T* c, int ldc) {
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row), tr = rank_k_letter<true>(trans, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{row ? 3 : 2, "Uplo", uplo, ul},
                            CblasFlag{3, "Trans", trans, tr})) {
      return;
    }
    check_and_run<kRoutine, shape::Herk<T>>(row, &ul, &tr, &n, &k, &alpha, a, &lda, &beta, c, &ldc);
  }
};

template <Routine kRoutine, class T>
struct CblasSyr2k {
  static void entry(int layout, int uplo, int trans, int n, int k, Scalar<T> alpha, const T* a,
                    int lda, const T* b, int ldb, Scalar<T> beta, T* c, int ldc) {
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row), tr = rank_k_letter<false>(trans, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{row ? 3 : 2, "Uplo", uplo, ul},
                            CblasFlag{3, "Trans", trans, tr})) {
      return;
    }
    check_and_run<kRoutine, shape::Syr2k<T>>(row, &ul, &tr, &n, &k, pointer_to<T>(alpha), a, &lda,
                                             b, &ldb, pointer_to<T>(beta), c, &ldc);
  }
};

template <Routine kRoutine, class T>
struct CblasHer2k {
  static void entry(int layout, int uplo, int trans, int n, int k, const T* alpha, const T* a,
                    int lda, const T* b, int ldb, Real<T> beta, T* c, int ldc) {
    const bool row = layout == kRowMajor;
    const char ul = uplo_letter(uplo, row), tr = rank_k_letter<true>(trans, row);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Uplo", uplo, ul},
                            CblasFlag{3, "Trans", trans, tr})) {
      return;
    }
    T factor = *alpha;
    if (row) __imag__ factor = -__imag__ factor;
    check_and_run<kRoutine, shape::Her2k<T>>(row, &ul, &tr, &n, &k, &factor, a, &lda, b, &ldb,
                                             &beta, c, &ldc);
  }
};

/// trmm and trsm.
template <Routine kRoutine, class T>
struct CblasTrmm {
  static void entry(int layout, int side, int uplo, int transa, int diag, int m, int n,
                    Scalar<T> alpha, const T* a, int lda, T* b, int ldb) {
    const bool row = layout == kRowMajor;
    const char sd = side_letter(side, row), ul = uplo_letter(uplo, row);
    const char ta = trans_letter(transa, false), di = diag_letter(diag);
    if (!flags_ok<kRoutine>(layout, CblasFlag{2, "Side", side, sd}, CblasFlag{3, "Uplo", uplo, ul},
                            CblasFlag{4, "Trans", transa, ta}, CblasFlag{5, "Diag", diag, di})) {
      return;
    }
    check_and_run<kRoutine, shape::Trmm<T>>(row, &sd, &ul, &ta, &di, row ? &n : &m, row ? &m : &n,
                                            pointer_to<T>(alpha), a, &lda, b, &ldb);
  }
};

}  // namespace switchblas::entry
