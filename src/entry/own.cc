// SPDX-License-Identifier: BSD-3-Clause
#include "entry/own.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "entry/cblas.h"

namespace switchblas::entry {

namespace {

constexpr int kNameSize = 32;  // as in LAPACK's XERBLA_ARRAY

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// One write, so that lines of several threads do not mix. Nothing can be done if it fails.
void say(const char* text, int length) {
  if (length > 0 && write(STDERR_FILENO, text, static_cast<size_t>(length)) < 0) return;
}

/// The position in the caller's row-major arguments of what has been exchanged.
int before_exchange(const char* routine, int argument) {
  const auto exchanged = [&](int one, int other) {
    if (argument == one) return other;
    return argument == other ? one : argument;
  };
  const auto has = [&](const char* family) { return strstr(routine, family) != nullptr; };
  if (has("gemmt")) return exchanged(9, 11);
  if (has("gemm")) return argument < 9 ? exchanged(4, 5) : exchanged(9, 11);
  if (has("symm") || has("hemm")) return exchanged(4, 5);
  if (has("trmm") || has("trsm")) return exchanged(6, 7);
  if (has("gemv")) return exchanged(3, 4);
  if (has("gbmv")) return argument < 5 ? exchanged(3, 4) : exchanged(5, 6);
  if (has("ger")) return argument < 6 ? exchanged(2, 3) : exchanged(6, 8);
  if (!has("her2k") && (has("her2") || has("hpr2"))) return exchanged(6, 8);
  return argument;
}

}  // namespace

int own_lsame_(const char* a, const char* b) { return upper(*a) == upper(*b) ? 1 : 0; }

void own_xerbla_(const char* name, const int* info, unsigned long length) {
  // C callers leave out the length, or end the name with a zero.
  int size = 0;
  while (size < kNameSize && static_cast<unsigned long>(size) < length && name[size] > ' ') ++size;
  char text[128];
  say(text, snprintf(text, sizeof text,
                     " ** On entry to %-6.*s parameter number %2d had an illegal value\n", size,
                     name, *info));
}

void own_cblas_xerbla(int argument, const char* routine, const char* form, ...) {
  if (handlers.row_major != nullptr && *handlers.row_major != 0) {
    argument = before_exchange(routine, argument);
  }
  char text[512];
  int length = 0;
  if (argument != 0) {
    length =
        snprintf(text, 256, "Parameter %d to routine %.64s was incorrect\n", argument, routine);
  }
  va_list list;
  va_start(list, form);
  const int room = static_cast<int>(sizeof text) - length;
  const int added = vsnprintf(text + length, static_cast<size_t>(room), form, list);
  va_end(list);
  if (added > 0) length += added < room ? added : room - 1;
  say(text, length);
}

void own_xerbla_array_(const char* name, const int* length, const int* info) {
  char padded[kNameSize];
  memset(padded, ' ', sizeof padded);
  const int size = *length < kNameSize ? *length : kNameSize;
  if (size > 0) memcpy(padded, name, static_cast<size_t>(size));
  handlers.xerbla(padded, info, sizeof padded);
}

float own_scabs1_(const ComplexFloat* z) {
  return __builtin_fabsf(__real__ * z) + __builtin_fabsf(__imag__ * z);
}
double own_dcabs1_(const ComplexDouble* z) {
  return __builtin_fabs(__real__ * z) + __builtin_fabs(__imag__ * z);
}
float own_cblas_scabs1(const ComplexFloat* z) { return own_scabs1_(z); }
double own_cblas_dcabs1(const ComplexDouble* z) { return own_dcabs1_(z); }
void own_scabs1sub_(const ComplexFloat* z, float* result) { *result = own_scabs1_(z); }
void own_dcabs1sub_(const ComplexDouble* z, double* result) { *result = own_dcabs1_(z); }

void own_sdotsub_(const int* n, const float* x, const int* incx, const float* y, const int* incy,
                  float* result) {
  *result = Fortran<Routine::sdot, shape::Dot<float>>::entry(n, x, incx, y, incy);
}
void own_ddotsub_(const int* n, const double* x, const int* incx, const double* y, const int* incy,
                  double* result) {
  *result = Fortran<Routine::ddot, shape::Dot<double>>::entry(n, x, incx, y, incy);
}
void own_cdotusub_(const int* n, const ComplexFloat* x, const int* incx, const ComplexFloat* y,
                   const int* incy, ComplexFloat* result) {
  *result = Fortran<Routine::cdotu, shape::Dot<ComplexFloat>>::entry(n, x, incx, y, incy);
}
void own_cdotcsub_(const int* n, const ComplexFloat* x, const int* incx, const ComplexFloat* y,
                   const int* incy, ComplexFloat* result) {
  *result = Fortran<Routine::cdotc, shape::Dot<ComplexFloat>>::entry(n, x, incx, y, incy);
}
void own_zdotusub_(const int* n, const ComplexDouble* x, const int* incx, const ComplexDouble* y,
                   const int* incy, ComplexDouble* result) {
  *result = Fortran<Routine::zdotu, shape::Dot<ComplexDouble>>::entry(n, x, incx, y, incy);
}
void own_zdotcsub_(const int* n, const ComplexDouble* x, const int* incx, const ComplexDouble* y,
                   const int* incy, ComplexDouble* result) {
  *result = Fortran<Routine::zdotc, shape::Dot<ComplexDouble>>::entry(n, x, incx, y, incy);
}
void own_dsdotsub_(const int* n, const float* x, const int* incx, const float* y, const int* incy,
                   double* result) {
  *result = Fortran<Routine::dsdot, shape::Dsdot<float>>::entry(n, x, incx, y, incy);
}
void own_sdsdotsub_(const int* n, const float* sb, const float* x, const int* incx, const float* y,
                    const int* incy, float* result) {
  *result = Fortran<Routine::sdsdot, shape::Sdsdot<float>>::entry(n, sb, x, incx, y, incy);
}

void own_snrm2sub_(const int* n, const float* x, const int* incx, float* result) {
  *result = Fortran<Routine::snrm2, shape::Reduce<float>>::entry(n, x, incx);
}
void own_dnrm2sub_(const int* n, const double* x, const int* incx, double* result) {
  *result = Fortran<Routine::dnrm2, shape::Reduce<double>>::entry(n, x, incx);
}
void own_scnrm2sub_(const int* n, const ComplexFloat* x, const int* incx, float* result) {
  *result = Fortran<Routine::scnrm2, shape::Reduce<ComplexFloat>>::entry(n, x, incx);
}
void own_dznrm2sub_(const int* n, const ComplexDouble* x, const int* incx, double* result) {
  *result = Fortran<Routine::dznrm2, shape::Reduce<ComplexDouble>>::entry(n, x, incx);
}
void own_sasumsub_(const int* n, const float* x, const int* incx, float* result) {
  *result = Fortran<Routine::sasum, shape::Reduce<float>>::entry(n, x, incx);
}
void own_dasumsub_(const int* n, const double* x, const int* incx, double* result) {
  *result = Fortran<Routine::dasum, shape::Reduce<double>>::entry(n, x, incx);
}
void own_scasumsub_(const int* n, const ComplexFloat* x, const int* incx, float* result) {
  *result = Fortran<Routine::scasum, shape::Reduce<ComplexFloat>>::entry(n, x, incx);
}
void own_dzasumsub_(const int* n, const ComplexDouble* x, const int* incx, double* result) {
  *result = Fortran<Routine::dzasum, shape::Reduce<ComplexDouble>>::entry(n, x, incx);
}
void own_isamaxsub_(const int* n, const float* x, const int* incx, int* result) {
  *result = Fortran<Routine::isamax, shape::Index<float>>::entry(n, x, incx);
}
void own_idamaxsub_(const int* n, const double* x, const int* incx, int* result) {
  *result = Fortran<Routine::idamax, shape::Index<double>>::entry(n, x, incx);
}
void own_icamaxsub_(const int* n, const ComplexFloat* x, const int* incx, int* result) {
  *result = Fortran<Routine::icamax, shape::Index<ComplexFloat>>::entry(n, x, incx);
}
void own_izamaxsub_(const int* n, const ComplexDouble* x, const int* incx, int* result) {
  *result = Fortran<Routine::izamax, shape::Index<ComplexDouble>>::entry(n, x, incx);
}

ComplexFloat own_cblas_cdotu(int n, const ComplexFloat* x, int incx, const ComplexFloat* y,
                             int incy) {
  return Fortran<Routine::cdotu, shape::Dot<ComplexFloat>>::entry(&n, x, &incx, y, &incy);
}
ComplexFloat own_cblas_cdotc(int n, const ComplexFloat* x, int incx, const ComplexFloat* y,
                             int incy) {
  return Fortran<Routine::cdotc, shape::Dot<ComplexFloat>>::entry(&n, x, &incx, y, &incy);
}
ComplexDouble own_cblas_zdotu(int n, const ComplexDouble* x, int incx, const ComplexDouble* y,
                              int incy) {
  return Fortran<Routine::zdotu, shape::Dot<ComplexDouble>>::entry(&n, x, &incx, y, &incy);
}
ComplexDouble own_cblas_zdotc(int n, const ComplexDouble* x, int incx, const ComplexDouble* y,
                              int incy) {
  return Fortran<Routine::zdotc, shape::Dot<ComplexDouble>>::entry(&n, x, &incx, y, &incy);
}

namespace {

template <Routine kRoutine, class T>
void gemm_batch(const char* transa, const char* transb, const int* m, const int* n, const int* k,
                const T* alpha, const T* const* a, const int* lda, const T* const* b,
                const int* ldb, const T* beta, T* const* c, const int* ldc, int group_count,
                const int* group_size) {
  for (int group = 0; group < group_count; ++group) {
    for (int i = 0; i < group_size[group]; ++i) {
      Fortran<kRoutine, shape::Gemm<T>>::entry(transa + group, transb + group, m + group, n + group,
                                               k + group, alpha + group, *a++, lda + group, *b++,
                                               ldb + group, beta + group, *c++, ldc + group);
    }
  }
}

template <Routine kRoutine, class T>
void cblas_gemm_batch(int layout, const int* transa, const int* transb, const int* m, const int* n,
                      const int* k, const T* alpha, const T* const* a, const int* lda,
                      const T* const* b, const int* ldb, const T* beta, T* const* c, const int* ldc,
                      int group_count, const int* group_size) {
  const auto scalar = [](const T* value) -> Scalar<T> {
    if constexpr (kComplex<T>) {
      return value;
    } else {
      return *value;
    }
  };
  for (int group = 0; group < group_count; ++group) {
    for (int i = 0; i < group_size[group]; ++i) {
      CblasGemm<kRoutine, T>::entry(layout, transa[group], transb[group], m[group], n[group],
                                    k[group], scalar(alpha + group), *a++, lda[group], *b++,
                                    ldb[group], scalar(beta + group), *c++, ldc[group]);
    }
  }
}

}  // namespace

void own_sgemm_batch_(const char* transa, const char* transb, const int* m, const int* n,
                      const int* k, const float* alpha, const float* const* a, const int* lda,
                      const float* const* b, const int* ldb, const float* beta, float* const* c,
                      const int* ldc, const int* group_count, const int* group_size) {
  gemm_batch<Routine::sgemm>(transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc,
                             *group_count, group_size);
}
void own_dgemm_batch_(const char* transa, const char* transb, const int* m, const int* n,
                      const int* k, const double* alpha, const double* const* a, const int* lda,
                      const double* const* b, const int* ldb, const double* beta, double* const* c,
                      const int* ldc, const int* group_count, const int* group_size) {
  gemm_batch<Routine::dgemm>(transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc,
                             *group_count, group_size);
}
void own_cgemm_batch_(const char* transa, const char* transb, const int* m, const int* n,
                      const int* k, const ComplexFloat* alpha, const ComplexFloat* const* a,
                      const int* lda, const ComplexFloat* const* b, const int* ldb,
                      const ComplexFloat* beta, ComplexFloat* const* c, const int* ldc,
                      const int* group_count, const int* group_size) {
  gemm_batch<Routine::cgemm>(transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc,
                             *group_count, group_size);
}
void own_zgemm_batch_(const char* transa, const char* transb, const int* m, const int* n,
                      const int* k, const ComplexDouble* alpha, const ComplexDouble* const* a,
                      const int* lda, const ComplexDouble* const* b, const int* ldb,
                      const ComplexDouble* beta, ComplexDouble* const* c, const int* ldc,
                      const int* group_count, const int* group_size) {
  gemm_batch<Routine::zgemm>(transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc,
                             *group_count, group_size);
}
void own_cblas_sgemm_batch(int layout, const int* transa, const int* transb, const int* m,
                           const int* n, const int* k, const float* alpha, const float* const* a,
                           const int* lda, const float* const* b, const int* ldb, const float* beta,
                           float* const* c, const int* ldc, int group_count,
                           const int* group_size) {
  cblas_gemm_batch<Routine::sgemm>(layout, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c,
                                   ldc, group_count, group_size);
}
void own_cblas_dgemm_batch(int layout, const int* transa, const int* transb, const int* m,
                           const int* n, const int* k, const double* alpha, const double* const* a,
                           const int* lda, const double* const* b, const int* ldb,
                           const double* beta, double* const* c, const int* ldc, int group_count,
                           const int* group_size) {
  cblas_gemm_batch<Routine::dgemm>(layout, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c,
                                   ldc, group_count, group_size);
}
void own_cblas_cgemm_batch(int layout, const int* transa, const int* transb, const int* m,
                           const int* n, const int* k, const ComplexFloat* alpha,
                           const ComplexFloat* const* a, const int* lda,
                           const ComplexFloat* const* b, const int* ldb, const ComplexFloat* beta,
                           ComplexFloat* const* c, const int* ldc, int group_count,
                           const int* group_size) {
  cblas_gemm_batch<Routine::cgemm>(layout, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c,
                                   ldc, group_count, group_size);
}
void own_cblas_zgemm_batch(int layout, const int* transa, const int* transb, const int* m,
                           const int* n, const int* k, const ComplexDouble* alpha,
                           const ComplexDouble* const* a, const int* lda,
                           const ComplexDouble* const* b, const int* ldb, const ComplexDouble* beta,
                           ComplexDouble* const* c, const int* ldc, int group_count,
                           const int* group_size) {
  cblas_gemm_batch<Routine::zgemm>(layout, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c,
                                   ldc, group_count, group_size);
}

namespace {

template <class T>
Real<T> sum_of_parts(int n, const T* x, int incx) {
  Real<T> sum = 0;
  if (incx <= 0) return sum;
  for (int i = 0; i < n; ++i)
    sum += __real__ x[static_cast<long>(i) * incx] + __imag__ x[static_cast<long>(i) * incx];
  return sum;
}

}  // namespace

float own_scsum_(const int* n, const ComplexFloat* x, const int* incx) {
  return sum_of_parts(*n, x, *incx);
}
double own_dzsum_(const int* n, const ComplexDouble* x, const int* incx) {
  return sum_of_parts(*n, x, *incx);
}
float own_cblas_scsum(int n, const ComplexFloat* x, int incx) { return sum_of_parts(n, x, incx); }
double own_cblas_dzsum(int n, const ComplexDouble* x, int incx) { return sum_of_parts(n, x, incx); }

}  // namespace switchblas::entry
