// SPDX-License-Identifier: BSD-3-Clause
// CBLAS entries of level 1. They have no illegal arguments. Nothing is stored.
#pragma once

#include "entry/cblas_arguments.h"
#include "shape/level1.h"

namespace switchblas::entry {

/// Forms whose first argument is the length n.
template <Routine kRoutine>
struct CblasVector {
  template <class... Rest>
  static bool is_direct(int n, Rest...) {
    return goes_to_openblas<kRoutine, shape::Vector>(shape::Vector::shape(&n));
  }
};

template <Routine kRoutine, class T>
struct CblasAxpy : CblasVector<kRoutine> {
  static void entry(int n, Scalar<T> alpha, const T* x, int incx, T* y, int incy) {
    Fortran<kRoutine, shape::Axpy<T>>::entry(&n, pointer_to<T>(alpha), x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasAxpby : CblasVector<kRoutine> {
  static void entry(int n, Scalar<T> alpha, const T* x, int incx, Scalar<T> beta, T* y, int incy) {
    Fortran<kRoutine, shape::Axpby<T>>::entry(&n, pointer_to<T>(alpha), x, &incx,
                                              pointer_to<T>(beta), y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasSwap : CblasVector<kRoutine> {
  static void entry(int n, T* x, int incx, T* y, int incy) {
    Fortran<kRoutine, shape::Swap<T>>::entry(&n, x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasCopy : CblasVector<kRoutine> {
  static void entry(int n, const T* x, int incx, T* y, int incy) {
    Fortran<kRoutine, shape::Copy<T>>::entry(&n, x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasScal : CblasVector<kRoutine> {
  static void entry(int n, Scalar<T> alpha, T* x, int incx) {
    Fortran<kRoutine, shape::Scal<T>>::entry(&n, pointer_to<T>(alpha), x, &incx);
  }
};

template <Routine kRoutine, class T>
struct CblasScalReal : CblasVector<kRoutine> {
  static void entry(int n, Real<T> alpha, T* x, int incx) {
    Fortran<kRoutine, shape::ScalReal<T>>::entry(&n, &alpha, x, &incx);
  }
};

template <Routine kRoutine, class T>
struct CblasDot : CblasVector<kRoutine> {
  static T entry(int n, const T* x, int incx, const T* y, int incy) {
    return Fortran<kRoutine, shape::Dot<T>>::entry(&n, x, &incx, y, &incy);
  }
};

/// cblas_cdotu_sub and its like, which are not the function of the name cblas_cdotu that OpenBLAS
/// also has.
template <Routine kRoutine, class T>
struct CblasSubDot {
  static void entry(int n, const T* x, int incx, const T* y, int incy, T* result) {
    *result = Fortran<kRoutine, shape::Dot<T>>::entry(&n, x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasDsdot : CblasVector<kRoutine> {
  static double entry(int n, const T* x, int incx, const T* y, int incy) {
    return Fortran<kRoutine, shape::Dsdot<T>>::entry(&n, x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasSdsdot : CblasVector<kRoutine> {
  static float entry(int n, T sb, const T* x, int incx, const T* y, int incy) {
    return Fortran<kRoutine, shape::Sdsdot<T>>::entry(&n, &sb, x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasReduce : CblasVector<kRoutine> {
  static Real<T> entry(int n, const T* x, int incx) {
    return Fortran<kRoutine, shape::Reduce<T>>::entry(&n, x, &incx);
  }
};

template <Routine kRoutine, class T>
struct CblasIndex : CblasVector<kRoutine> {
  static std::size_t entry(int n, const T* x, int incx) {
    const int index = Fortran<kRoutine, shape::Index<T>>::entry(&n, x, &incx);
    return index > 0 ? static_cast<std::size_t>(index) - 1 : 0;
  }
};

template <Routine kRoutine, class T>
struct CblasRot : CblasVector<kRoutine> {
  static void entry(int n, T* x, int incx, T* y, int incy, Real<T> c, Real<T> s) {
    Fortran<kRoutine, shape::Rot<T>>::entry(&n, x, &incx, y, &incy, &c, &s);
  }
};

template <Routine kRoutine, class T>
struct CblasRotm : CblasVector<kRoutine> {
  static void entry(int n, T* x, int incx, T* y, int incy, const T* param) {
    Fortran<kRoutine, shape::Rotm<T>>::entry(&n, x, &incx, y, &incy, param);
  }
};

}  // namespace switchblas::entry
