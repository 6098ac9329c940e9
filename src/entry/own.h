// SPDX-License-Identifier: BSD-3-Clause
// Exported names that are implemented here: helpers that are too small to route, error handlers,
// the subroutine forms of functions that the reference CBLAS is made of, and batches of gemm.
// own_<symbol> stands behind <symbol>. No state; as safe in threads as the routines below them.
#pragma once

#include "shape/arguments.h"

namespace switchblas::entry {

using shape::ComplexDouble;
using shape::ComplexFloat;

// NOLINTBEGIN(readability-identifier-naming): the symbols end in an underscore.

int own_lsame_(const char* a, const char* b);
/// Both say on stderr what was wrong and return. The reference stops the program, which would take
/// the caller's data with it; OpenBLAS returns as well.
void own_xerbla_(const char* name, const int* info, unsigned long length);
void own_cblas_xerbla(int argument, const char* routine, const char* form, ...)
    __attribute__((format(printf, 3, 4)));
void own_xerbla_array_(const char* name, const int* length, const int* info);

float own_scabs1_(const ComplexFloat* z);
double own_dcabs1_(const ComplexDouble* z);
float own_cblas_scabs1(const ComplexFloat* z);
double own_cblas_dcabs1(const ComplexDouble* z);
/// Sum of real and imaginary parts, as OpenBLAS means it.
float own_scsum_(const int* n, const ComplexFloat* x, const int* incx);
double own_dzsum_(const int* n, const ComplexDouble* x, const int* incx);
float own_cblas_scsum(int n, const ComplexFloat* x, int incx);
double own_cblas_dzsum(int n, const ComplexDouble* x, int incx);
void own_scabs1sub_(const ComplexFloat* z, float* result);
void own_dcabs1sub_(const ComplexDouble* z, double* result);

void own_sdotsub_(const int* n, const float* x, const int* incx, const float* y, const int* incy,
                  float* result);
void own_ddotsub_(const int* n, const double* x, const int* incx, const double* y, const int* incy,
                  double* result);
void own_cdotusub_(const int* n, const ComplexFloat* x, const int* incx, const ComplexFloat* y,
                   const int* incy, ComplexFloat* result);
void own_cdotcsub_(const int* n, const ComplexFloat* x, const int* incx, const ComplexFloat* y,
                   const int* incy, ComplexFloat* result);
void own_zdotusub_(const int* n, const ComplexDouble* x, const int* incx, const ComplexDouble* y,
                   const int* incy, ComplexDouble* result);
void own_zdotcsub_(const int* n, const ComplexDouble* x, const int* incx, const ComplexDouble* y,
                   const int* incy, ComplexDouble* result);
void own_dsdotsub_(const int* n, const float* x, const int* incx, const float* y, const int* incy,
                   double* result);
void own_sdsdotsub_(const int* n, const float* sb, const float* x, const int* incx, const float* y,
                    const int* incy, float* result);

void own_snrm2sub_(const int* n, const float* x, const int* incx, float* result);
void own_dnrm2sub_(const int* n, const double* x, const int* incx, double* result);
void own_scnrm2sub_(const int* n, const ComplexFloat* x, const int* incx, float* result);
void own_dznrm2sub_(const int* n, const ComplexDouble* x, const int* incx, double* result);
void own_sasumsub_(const int* n, const float* x, const int* incx, float* result);
void own_dasumsub_(const int* n, const double* x, const int* incx, double* result);
void own_scasumsub_(const int* n, const ComplexFloat* x, const int* incx, float* result);
void own_dzasumsub_(const int* n, const ComplexDouble* x, const int* incx, double* result);
void own_isamaxsub_(const int* n, const float* x, const int* incx, int* result);
void own_idamaxsub_(const int* n, const double* x, const int* incx, int* result);
void own_icamaxsub_(const int* n, const ComplexFloat* x, const int* incx, int* result);
void own_izamaxsub_(const int* n, const ComplexDouble* x, const int* incx, int* result);

ComplexFloat own_cblas_cdotu(int n, const ComplexFloat* x, int incx, const ComplexFloat* y,
                             int incy);
ComplexFloat own_cblas_cdotc(int n, const ComplexFloat* x, int incx, const ComplexFloat* y,
                             int incy);
ComplexDouble own_cblas_zdotu(int n, const ComplexDouble* x, int incx, const ComplexDouble* y,
                              int incy);
ComplexDouble own_cblas_zdotc(int n, const ComplexDouble* x, int incx, const ComplexDouble* y,
                              int incy);

/// A batch: `group_count` groups, all products of a group alike in everything but their matrices.
template <class T>
using GemmBatch = void(const char* transa, const char* transb, const int* m, const int* n,
                       const int* k, const T* alpha, const T* const* a, const int* lda,
                       const T* const* b, const int* ldb, const T* beta, T* const* c,
                       const int* ldc, const int* group_count, const int* group_size);
template <class T>
using CblasGemmBatch = void(int layout, const int* transa, const int* transb, const int* m,
                            const int* n, const int* k, const T* alpha, const T* const* a,
                            const int* lda, const T* const* b, const int* ldb, const T* beta,
                            T* const* c, const int* ldc, int group_count, const int* group_size);
GemmBatch<float> own_sgemm_batch_;
GemmBatch<double> own_dgemm_batch_;
GemmBatch<ComplexFloat> own_cgemm_batch_;
GemmBatch<ComplexDouble> own_zgemm_batch_;
CblasGemmBatch<float> own_cblas_sgemm_batch;
CblasGemmBatch<double> own_cblas_dgemm_batch;
CblasGemmBatch<ComplexFloat> own_cblas_cgemm_batch;
CblasGemmBatch<ComplexDouble> own_cblas_zgemm_batch;

// NOLINTEND(readability-identifier-naming)

}  // namespace switchblas::entry
