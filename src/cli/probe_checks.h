// SPDX-License-Identifier: BSD-3-Clause
// The checks of a kernel's numbers, run in the probe's child processes: BLAS routines against plain
// loops, LAPACK drivers by their residuals. The cases are the same on every run and machine.
// Thread-safety: one thread.
#pragma once

#include <complex>
#include <cstddef>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

namespace switchblas::cli {

/// What was checked and what was wrong.
class Checks {
 public:
  /// `ratio`: error over what rounding explains; passes up to 1. Not a number fails.
  void expect(double ratio, const std::string& subject);
  int count() const noexcept { return count_; }
  /// One line per routine that failed, with its first case.
  const std::vector<std::string>& failures() const noexcept { return failures_; }

 private:
  int count_ = 0;
  std::vector<std::string> failures_;
};

/// gemm, trsm, syrk, gemv and level 1 for s, d, c, z, from the library behind `handle`.
void check_blas(void* handle, Checks& checks);

/// Factorisations, singular values and non-symmetric eigenproblems on random and graded matrices.
void check_lapack(void* handle, Checks& checks);

template <class T>
struct ScalarOf {
  using Real = T;
  static constexpr bool kComplex = false;
};
template <class R>
struct ScalarOf<std::complex<R>> {
  using Real = R;
  static constexpr bool kComplex = true;
};
template <class T>
using RealOf = typename ScalarOf<T>::Real;
template <class T>
inline constexpr bool kIsComplex = ScalarOf<T>::kComplex;
/// Reference results are computed in double.
template <class T>
using WideOf = std::conditional_t<kIsComplex<T>, std::complex<double>, double>;

template <class T>
constexpr char letter_of() {
  if constexpr (std::is_same_v<T, float>) return 's';
  if constexpr (std::is_same_v<T, double>) return 'd';
  if constexpr (std::is_same_v<T, std::complex<float>>) return 'c';
  return 'z';
}

/// "dgemm" from "gemm".
template <class T>
std::string name_of(const char* family) {
  return letter_of<T>() + std::string(family);
}

/// The Fortran routine of that name; ends the process with a message where there is none.
void* routine_of(void* handle, const std::string& name);

template <class Function>
Function* routine_of(void* handle, const std::string& name) {
  return reinterpret_cast<Function*>(routine_of(handle, name));
}

/// Random numbers that do not differ between standard libraries.
class Random {
 public:
  double uniform() { return static_cast<double>(engine_()) / 2147483648.0 - 1.0; }  // [-1, 1)
  int below(int end) { return static_cast<int>(engine_() % static_cast<unsigned>(end)); }

  template <class T>
  T number() {
    if constexpr (kIsComplex<T>) {
      const double re = uniform();
      return T(static_cast<RealOf<T>>(re), static_cast<RealOf<T>>(uniform()));
    } else {
      return static_cast<T>(uniform());
    }
  }
  template <class T>
  std::vector<T> numbers(std::size_t count) {
    std::vector<T> values(count);
    for (T& value : values) value = number<T>();
    return values;
  }

 private:
  std::mt19937 engine_{20240229};
};

inline double conjugate(double x) { return x; }
inline std::complex<double> conjugate(std::complex<double> x) { return {x.real(), -x.imag()}; }
inline double product(double a, double b) { return a * b; }
// Without the standard's care for infinities, which costs a call.
inline std::complex<double> product(std::complex<double> a, std::complex<double> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}
/// |re| + |im|.
inline double size_of(double x) { return x < 0 ? -x : x; }
inline double size_of(std::complex<double> x) { return size_of(x.real()) + size_of(x.imag()); }

}  // namespace switchblas::cli
