// SPDX-License-Identifier: BSD-3-Clause
// Argument patterns of level 1: the signature, the shape, and the check (level 1 has no illegal
// arguments).
#pragma once

#include "shape/arguments.h"

namespace switchblas::shape {

/// Patterns whose first argument is the length n.
struct Vector {
  static constexpr int kDims = 1;
  static constexpr int kChars = 0;
  static constexpr bool kNoBuffer = true;
  template <class... Rest>
  static Shape<1> shape(Int n, Rest...) {
    return {0, {*n}};
  }
  template <class... Arguments>
  static int check(Arguments...) {
    return 0;
  }
};

template <class T>
struct Axpy : Vector {
  using Function = void(Int n, In<T> alpha, In<T> x, Int incx, Out<T> y, Int incy);
};
template <class T>
struct Axpby : Vector {
  using Function = void(Int n, In<T> alpha, In<T> x, Int incx, In<T> beta, Out<T> y, Int incy);
};
template <class T>
struct Swap : Vector {
  using Function = void(Int n, Out<T> x, Int incx, Out<T> y, Int incy);
};
template <class T>
struct Copy : Vector {
  using Function = void(Int n, In<T> x, Int incx, Out<T> y, Int incy);
};
template <class T>
struct Scal : Vector {
  using Function = void(Int n, In<T> alpha, Out<T> x, Int incx);
};
template <class T>
struct ScalReal : Vector {
  using Function = void(Int n, In<Real<T>> alpha, Out<T> x, Int incx);
};
template <class T>
struct Dot : Vector {
  using Function = T(Int n, In<T> x, Int incx, In<T> y, Int incy);
};
template <class T>
struct Dsdot : Vector {
  using Function = double(Int n, In<T> x, Int incx, In<T> y, Int incy);
};
template <class T>
struct Sdsdot : Vector {
  using Function = float(Int n, In<T> sb, In<T> x, Int incx, In<T> y, Int incy);
};
template <class T>
struct Reduce : Vector {
  using Function = Real<T>(Int n, In<T> x, Int incx);
};
template <class T>
struct Index : Vector {
  using Function = int(Int n, In<T> x, Int incx);
};
template <class T>
struct Rot : Vector {
  using Function = void(Int n, Out<T> x, Int incx, Out<T> y, Int incy, In<Real<T>> c,
                        In<Real<T>> s);
};
template <class T>
struct Rotm : Vector {
  using Function = void(Int n, Out<T> x, Int incx, Out<T> y, Int incy, In<T> param);
};

}  // namespace switchblas::shape
