// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "cli/probe_checks.h"

namespace switchblas::cli {
namespace {

// Residuals over n * eps * norm. LAPACK's own testers allow 20 to 30; wrong kernels give thousands.
constexpr double kThreshold = 60;

enum class MatrixKind { random, graded, clustered };
constexpr const char* kKindNames[] = {"random", "graded", "clustered"};

/// A square matrix in double, column by column without padding.
template <class T>
struct Matrix {
  int n;
  std::vector<T> values;

  explicit Matrix(int order) : n(order), values(static_cast<std::size_t>(order * order)) {}
  T& operator()(int row, int column) { return values[static_cast<std::size_t>(column * n + row)]; }
  const T& operator()(int row, int column) const {
    return values[static_cast<std::size_t>(column * n + row)];
  }
  double norm() const {
    double sum = 0;
    for (const T& value : values) sum += std::norm(WideOf<T>(value));
    return std::sqrt(sum);
  }
};

template <class T>
class LapackChecks {
 public:
  LapackChecks(void* handle, Checks& checks) : handle_(handle), checks_(checks) {}

  void all() {
    for (const int n : {3, 10, 16, 33, 70, 129}) {
      getrf(n);
      potrf(n);
      for (const MatrixKind kind :
           {MatrixKind::random, MatrixKind::graded, MatrixKind::clustered}) {
        if (n > 80) continue;
        gesdd(n, kind);
        geev(n, kind);
        hsein(n, kind);
      }
    }
  }

 private:
  using Real = RealOf<T>;
  using Wide = WideOf<T>;
  using Complex = std::complex<double>;
  static constexpr double kEps = std::numeric_limits<Real>::epsilon();

  Matrix<T> make(int n, MatrixKind kind) {
    Matrix<T> a(n);
    a.values = random_.numbers<T>(a.values.size());
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < n; ++i) {
        if (kind == MatrixKind::graded) {
          a(i, j) *= static_cast<Real>(std::pow(2.0, -12.0 * (i + j) / n));
        } else if (kind == MatrixKind::clustered) {
          // Eigenvalues close together, and far from normal.
          a(i, j) *= static_cast<Real>(i > j + 1 ? 1e-3 : i > j ? 0.05 : 1);
          if (i == j) a(i, j) = T(1) + a(i, j) * static_cast<Real>(0.01);
        }
      }
    }
    return a;
  }

  void expect(const char* family, int n, const std::string& more, int info, double residual) {
    const std::string name = name_of<T>(family) + " " + std::to_string(n) + more;
    if (info != 0) {
      checks_.expect(HUGE_VAL, name + ": INFO = " + std::to_string(info));
    } else {
      checks_.expect(residual / (kThreshold * n * kEps), name);
    }
  }

  /// P A - L U.
  void getrf(int n) {
    const Matrix<T> a = make(n, MatrixKind::random);
    Matrix<T> lu = a;
    std::vector<int> pivots(static_cast<std::size_t>(n));
    int info = 0;
    routine_of<void(const int*, const int*, T*, const int*, int*, int*)>(
        handle_, name_of<T>("getrf"))(&n, &n, lu.values.data(), &n, pivots.data(), &info);
    Matrix<T> permuted = a;
    for (int i = 0; i < n; ++i) {
      const int other = pivots[static_cast<std::size_t>(i)] - 1;
      if (other < i || other >= n) return expect("getrf", n, "", -1, 0);
      for (int j = 0; j < n && other != i; ++j) std::swap(permuted(i, j), permuted(other, j));
    }
    Matrix<Wide> difference(n);
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < n; ++i) {
        Wide sum(i <= j ? Wide(lu(i, j)) : Wide(0));
        for (int l = 0; l < i && l <= j; ++l) sum += product(Wide(lu(i, l)), Wide(lu(l, j)));
        difference(i, j) = sum - Wide(permuted(i, j));
      }
    }
    expect("getrf", n, "", info, difference.norm() / a.norm());
  }

  /// A - L L^H for A = G G^H + n I.
  void potrf(int n) {
    const Matrix<T> g = make(n, MatrixKind::random);
    Matrix<T> a(n);
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < n; ++i) {
        Wide sum(i == j ? n : 0);
        for (int l = 0; l < n; ++l) sum += product(Wide(g(i, l)), conjugate(Wide(g(j, l))));
        a(i, j) = T(sum);
      }
    }
    for (const char uplo : {'L', 'U'}) {
      Matrix<T> factor = a;
      int info = 0;
      routine_of<void(const char*, const int*, T*, const int*, int*, std::size_t)>(
          handle_, name_of<T>("potrf"))(&uplo, &n, factor.values.data(), &n, &info, 1);
      Matrix<Wide> difference(n);
      for (int j = 0; j < n; ++j) {
        for (int i = 0; i < n; ++i) {
          Wide sum(0);
          for (int l = 0; l <= std::min(i, j); ++l) {
            const Wide left(uplo == 'L' ? Wide(factor(i, l)) : conjugate(Wide(factor(l, i))));
            const Wide right(uplo == 'L' ? conjugate(Wide(factor(j, l))) : Wide(factor(l, j)));
            sum += product(left, right);
          }
          difference(i, j) = sum - Wide(a(i, j));
        }
      }
      expect("potrf", n, std::string(" ") + uplo, info, difference.norm() / a.norm());
    }
  }

  /// A - U S V^H.
  void gesdd(int n, MatrixKind kind) {
    const Matrix<T> a = make(n, kind);
    Matrix<T> copy = a;
    Matrix<T> u(n);
    Matrix<T> vt(n);
    const auto order = static_cast<std::size_t>(n);
    std::vector<Real> s(order);
    const int lwork = 6 * n * n + 64 * n;
    std::vector<T> work(static_cast<std::size_t>(lwork));
    std::vector<Real> rwork(5 * order * order + 7 * order);
    std::vector<int> iwork(8 * order);
    const char job = 'A';
    int info = 0;
    if constexpr (kIsComplex<T>) {
      routine_of<void(const char*, const int*, const int*, T*, const int*, Real*, T*, const int*,
                      T*, const int*, T*, const int*, Real*, int*, int*, std::size_t)>(
          handle_, name_of<T>("gesdd"))(&job, &n, &n, copy.values.data(), &n, s.data(),
                                        u.values.data(), &n, vt.values.data(), &n, work.data(),
                                        &lwork, rwork.data(), iwork.data(), &info, 1);
    } else {
      routine_of<void(const char*, const int*, const int*, T*, const int*, Real*, T*, const int*,
                      T*, const int*, T*, const int*, int*, int*, std::size_t)>(
          handle_, name_of<T>("gesdd"))(&job, &n, &n, copy.values.data(), &n, s.data(),
                                        u.values.data(), &n, vt.values.data(), &n, work.data(),
                                        &lwork, iwork.data(), &info, 1);
    }
    Matrix<Wide> difference(n);
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < n; ++i) {
        Wide sum(0);
        for (int l = 0; l < n; ++l) {
          sum += product(Wide(u(i, l)), Wide(vt(l, j))) *
                 static_cast<double>(s[static_cast<std::size_t>(l)]);
        }
        difference(i, j) = sum - Wide(a(i, j));
      }
    }
    expect("gesdd", n, std::string(" ") + kKindNames[static_cast<int>(kind)], info,
           difference.norm() / a.norm());
  }

  struct Eigen {
    std::vector<Complex> values;
    Matrix<Complex> vectors;
    int info = 0;
  };

  /// Vectors of complex pairs lie as real and imaginary part in two columns.
  static void unpack(const Matrix<T>& packed, Eigen& eigen) {
    const int n = packed.n;
    for (int j = 0; j < n; ++j) {
      const double imaginary = eigen.values[static_cast<std::size_t>(j)].imag();
      for (int i = 0; i < n; ++i) {
        if constexpr (kIsComplex<T>) {
          eigen.vectors(i, j) = Complex(packed(i, j));
        } else if (imaginary == 0) {
          eigen.vectors(i, j) = packed(i, j);
        } else if (imaginary > 0 && j + 1 < n) {
          eigen.vectors(i, j) = Complex(packed(i, j), packed(i, j + 1));
        } else if (j > 0) {
          eigen.vectors(i, j) = Complex(packed(i, j - 1), -packed(i, j));
        }
      }
    }
  }

  Eigen solve(const Matrix<T>& a) {
    const int n = a.n;
    const auto order = static_cast<std::size_t>(n);
    Matrix<T> copy = a;
    Matrix<T> right(n);
    Eigen eigen{std::vector<Complex>(order), Matrix<Complex>(n)};
    const int lwork = 64 * n;
    std::vector<T> work(static_cast<std::size_t>(lwork));
    const char left_job = 'N';
    const char right_job = 'V';
    const int one = 1;
    T unused;
    if constexpr (kIsComplex<T>) {
      std::vector<T> values(order);
      std::vector<Real> rwork(2 * order);
      routine_of<void(const char*, const char*, const int*, T*, const int*, T*, T*, const int*, T*,
                      const int*, T*, const int*, Real*, int*, std::size_t, std::size_t)>(
          handle_, name_of<T>("geev"))(&left_job, &right_job, &n, copy.values.data(), &n,
                                       values.data(), &unused, &one, right.values.data(), &n,
                                       work.data(), &lwork, rwork.data(), &eigen.info, 1, 1);
      for (std::size_t i = 0; i < order; ++i) eigen.values[i] = Complex(values[i]);
    } else {
      std::vector<T> re(order);
      std::vector<T> im(order);
      routine_of<void(const char*, const char*, const int*, T*, const int*, T*, T*, T*, const int*,
                      T*, const int*, T*, const int*, int*, std::size_t, std::size_t)>(
          handle_, name_of<T>("geev"))(&left_job, &right_job, &n, copy.values.data(), &n, re.data(),
                                       im.data(), &unused, &one, right.values.data(), &n,
                                       work.data(), &lwork, &eigen.info, 1, 1);
      for (std::size_t i = 0; i < order; ++i) eigen.values[i] = Complex(re[i], im[i]);
    }
    unpack(right, eigen);
    return eigen;
  }

  /// The worst of A v - w v over the vectors, each of which must have a length.
  static double residual(const Matrix<T>& a, const Eigen& eigen) {
    const int n = a.n;
    const double norm = a.norm();
    double worst = 0;
    for (int j = 0; j < n; ++j) {
      double length = 0;
      double error = 0;
      for (int i = 0; i < n; ++i) {
        Complex sum = -product(eigen.values[static_cast<std::size_t>(j)], eigen.vectors(i, j));
        for (int l = 0; l < n; ++l) {
          sum += product(Complex(WideOf<T>(a(i, l))), eigen.vectors(l, j));
        }
        error += std::norm(sum);
        length += std::norm(eigen.vectors(i, j));
      }
      const double ratio = std::sqrt(error) / (norm * std::sqrt(length));
      if (!(ratio <= worst)) worst = ratio;
    }
    return worst;
  }

  void geev(int n, MatrixKind kind) {
    const Matrix<T> a = make(n, kind);
    const Eigen eigen = solve(a);
    expect("geev", n, std::string(" ") + kKindNames[static_cast<int>(kind)], eigen.info,
           residual(a, eigen));
  }

  /// Eigenvectors of a Hessenberg matrix by inverse iteration, from eigenvalues of hseqr.
  void hsein(int n, MatrixKind kind) {
    if constexpr (kIsComplex<T>) {
      Matrix<T> h = make(n, kind);
      for (int j = 0; j < n; ++j) {
        for (int i = j + 2; i < n; ++i) h(i, j) = T(0);
      }
      const auto order = static_cast<std::size_t>(n);
      std::vector<T> values(order);
      const std::string more = std::string(" ") + kKindNames[static_cast<int>(kind)];
      if (const int info = hseqr(h, values)) return expect("hseqr", n, more, info, 0);
      Matrix<T> vectors(n);
      std::vector<int> select(order, 1);
      std::vector<int> failed_left(order);
      std::vector<int> failed_right(order);
      std::vector<T> work(order * order);
      std::vector<Real> rwork(order);
      const char side = 'R';
      const char source = 'Q';
      const char start = 'N';
      const int one = 1;
      int found = 0;
      int info = 0;
      T unused;
      routine_of<void(const char*, const char*, const char*, const int*, const int*, const T*,
                      const int*, T*, T*, const int*, T*, const int*, const int*, int*, T*, Real*,
                      int*, int*, int*, std::size_t, std::size_t, std::size_t)>(
          handle_, name_of<T>("hsein"))(&side, &source, &start, select.data(), &n, h.values.data(),
                                        &n, values.data(), &unused, &one, vectors.values.data(), &n,
                                        &n, &found, work.data(), rwork.data(), failed_left.data(),
                                        failed_right.data(), &info, 1, 1, 1);
      if (found != n) info = -1;
      Eigen eigen{std::vector<Complex>(order), Matrix<Complex>(n)};
      for (std::size_t i = 0; i < order; ++i) eigen.values[i] = Complex(values[i]);
      unpack(vectors, eigen);
      expect("hsein", n, more, info, residual(h, eigen));
    }
  }

  int hseqr(Matrix<T> h, std::vector<T>& values) {
    const int n = h.n;
    const char job = 'E';
    const char vectors = 'N';
    const int one = 1;
    const int lwork = 64 * n;
    std::vector<T> work(static_cast<std::size_t>(lwork));
    T unused;
    int info = 0;
    routine_of<void(const char*, const char*, const int*, const int*, const int*, T*, const int*,
                    T*, T*, const int*, T*, const int*, int*, std::size_t, std::size_t)>(
        handle_, name_of<T>("hseqr"))(&job, &vectors, &n, &one, &n, h.values.data(), &n,
                                      values.data(), &unused, &one, work.data(), &lwork, &info, 1,
                                      1);
    return info;
  }

  void* handle_;
  Checks& checks_;
  Random random_;
};

}  // namespace

void check_lapack(void* handle, Checks& checks) {
  LapackChecks<float>(handle, checks).all();
  LapackChecks<double>(handle, checks).all();
  LapackChecks<std::complex<float>>(handle, checks).all();
  LapackChecks<std::complex<double>>(handle, checks).all();
}

}  // namespace switchblas::cli
