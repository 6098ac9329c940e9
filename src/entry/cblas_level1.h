// SPDX-License-Identifier: BSD-3-Clause
// CBLAS entries of level 1. They have no illegal arguments. Nothing is stored.
#pragma once

#include "entry/cblas_arguments.h"
#include "shape/level1.h"

namespace switchblas::entry {

template <Routine kRoutine, class T>
struct CblasAxpy {
  static void entry(int n, Scalar<T> alpha, const T* x, int incx, T* y, int incy) {
    Fortran<kRoutine, shape::Axpy<T>>::entry(&n, pointer_to<T>(alpha), x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasAxpby {
  static void entry(int n, Scalar<T> alpha, const T* x, int incx, Scalar<T> beta, T* y, int incy) {
    Fortran<kRoutine, shape::Axpby<T>>::entry(&n, pointer_to<T>(alpha), x, &incx,
                                              pointer_to<T>(beta), y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasSwap {
  static void entry(int n, T* x, int incx, T* y, int incy) {
    Fortran<kRoutine, shape::Swap<T>>::entry(&n, x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasCopy {
  static void entry(int n, const T* x, int incx, T* y, int incy) {
    Fortran<kRoutine, shape::Copy<T>>::entry(&n, x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasScal {
  static void entry(int n, Scalar<T> alpha, T* x, int incx) {
    Fortran<kRoutine, shape::Scal<T>>::entry(&n, pointer_to<T>(alpha), x, &incx);
  }
};

template <Routine kRoutine, class T>
struct CblasScalReal {
  static void entry(int n, Real<T> alpha, T* x, int incx) {
    Fortran<kRoutine, shape::ScalReal<T>>::entry(&n, &alpha, x, &incx);
  }
};

template <Routine kRoutine, class T>
struct CblasDot {
  static T entry(int n, const T* x, int incx, const T* y, int incy) {
    return Fortran<kRoutine, shape::Dot<T>>::entry(&n, x, &incx, y, &incy);
  }
};

/// cblas_cdotu_sub and its like.
template <Routine kRoutine, class T>
struct CblasSubDot {
  static void entry(int n, const T* x, int incx, const T* y, int incy, T* result) {
    *result = Fortran<kRoutine, shape::Dot<T>>::entry(&n, x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasDsdot {
  static double entry(int n, const T* x, int incx, const T* y, int incy) {
    return Fortran<kRoutine, shape::Dsdot<T>>::entry(&n, x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasSdsdot {
  static float entry(int n, T sb, const T* x, int incx, const T* y, int incy) {
    return Fortran<kRoutine, shape::Sdsdot<T>>::entry(&n, &sb, x, &incx, y, &incy);
  }
};

template <Routine kRoutine, class T>
struct CblasReduce {
  static Real<T> entry(int n, const T* x, int incx) {
    return Fortran<kRoutine, shape::Reduce<T>>::entry(&n, x, &incx);
  }
};

template <Routine kRoutine, class T>
struct CblasIndex {
  static std::size_t entry(int n, const T* x, int incx) {
    const int index = Fortran<kRoutine, shape::Index<T>>::entry(&n, x, &incx);
    return index > 0 ? static_cast<std::size_t>(index) - 1 : 0;
  }
};

template <Routine kRoutine, class T>
struct CblasRot {
  static void entry(int n, T* x, int incx, T* y, int incy, Real<T> c, Real<T> s) {
    Fortran<kRoutine, shape::Rot<T>>::entry(&n, x, &incx, y, &incy, &c, &s);
  }
};

template <Routine kRoutine, class T>
struct CblasRotm {
  static void entry(int n, T* x, int incx, T* y, int incy, const T* param) {
    Fortran<kRoutine, shape::Rotm<T>>::entry(&n, x, &incx, y, &incy, param);
  }
};

}  // namespace switchblas::entry
