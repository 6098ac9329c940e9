// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "cli/probe_checks.h"

namespace switchblas::cli {
namespace {

// Around the widths of vectors and register tiles, and the sizes at which kernels change.
constexpr int kEdges[] = {1,  2,  3,  4,  5,  7,   8,   9,   11,  12,  13,  15, 16, 17,
                          23, 24, 25, 31, 32, 33,  47,  48,  49,  63,  64,  65, 79, 80,
                          81, 95, 96, 97, 99, 104, 111, 112, 113, 127, 128, 129};
// Fills what a routine must not read or write.
constexpr double kRogue = -1e10;

template <class T>
class BlasChecks {
 public:
  BlasChecks(void* handle, Checks& checks) : handle_(handle), checks_(checks) {}

  void all() {
    for (int dim = 0; dim < 3; ++dim) {
      for (const int edge : kEdges) {
        std::array<int, 3> size = {small(), small(), small()};
        size[dim] = edge;
        gemm(size);
        if (dim < 2) trsm(size[0], size[1]);
        if (dim > 0) syrk(size[1], size[2]);
        gemv(size[0] * (dim + 1), size[1]);
      }
    }
    // Beyond the blocks that operands are packed in.
    gemm({24, 20, 1000});
    gemm({900, 16, 30});
    gemm({16, 900, 30});
    gemm({100, 70, 90});
    trsm(230, 20);
    trsm(20, 230);
    syrk(120, 60);
    gemv(700, 300);
    for (int n = 0; n < 130; ++n) vectors(n, 1, 1);
    for (const int n : {7, 33, 64, 1000, 12000}) vectors(n, 1 + random_.below(3), -2);
    vectors(4099, 1, 1);
  }

 private:
  using Wide = WideOf<T>;
  using Real = RealOf<T>;
  static constexpr double kEps = std::numeric_limits<Real>::epsilon();

  int small() { return kEdges[random_.below(20)]; }
  char transposition() { return "NTC"[random_.below(3)]; }
  static char other_than_n(char trans) { return kIsComplex<T> ? trans : trans == 'N' ? 'N' : 'T'; }

  T scalar() {
    const int which = random_.below(5);
    if (which == 0) return T(0);
    if (which == 1) return T(1);
    if (which == 2) return T(-1);
    return random_.number<T>();
  }

  /// Bound for the rounding errors of a sum of `terms` products whose sizes add up to `magnitude`.
  static double bound(int terms, double magnitude) {
    return kEps * (terms + 10) * 2 * magnitude + std::numeric_limits<Real>::min();
  }

  static std::size_t at(int row, int column, int ld) {
    return static_cast<std::size_t>(column) * static_cast<std::size_t>(ld) +
           static_cast<std::size_t>(row);
  }

  /// Element (row, column) of op(A).
  static Wide element(const std::vector<T>& a, int ld, char trans, int row, int column) {
    if (trans == 'N') return Wide(a[at(row, column, ld)]);
    const Wide value(a[at(column, row, ld)]);
    return trans == 'C' ? conjugate(value) : value;
  }

  std::string subject(const char* family, const std::string& flags,
                      std::initializer_list<int> sizes) {
    std::string text = name_of<T>(family) + " " + flags;
    for (const int size : sizes) text.append(" ").append(std::to_string(size));
    return text;
  }

  void gemm(std::array<int, 3> size) {
    const auto [m, n, k] = size;
    const char ta = other_than_n(transposition());
    const char tb = other_than_n(transposition());
    const int rows_a = ta == 'N' ? m : k;
    const int columns_a = ta == 'N' ? k : m;
    const int rows_b = tb == 'N' ? k : n;
    const int columns_b = tb == 'N' ? n : k;
    const int lda = rows_a + random_.below(4);
    const int ldb = rows_b + random_.below(4);
    const int ldc = m + random_.below(4);
    const T alpha = scalar();
    const T beta = scalar();
    const auto a = random_.numbers<T>(at(0, columns_a, lda));
    const auto b = random_.numbers<T>(at(0, columns_b, ldb));
    const auto before = random_.numbers<T>(at(0, n, ldc));
    auto c = before;
    routine_of<void(const char*, const char*, const int*, const int*, const int*, const T*,
                    const T*, const int*, const T*, const int*, const T*, T*, const int*,
                    std::size_t, std::size_t)>(handle_, name_of<T>("gemm"))(
        &ta, &tb, &m, &n, &k, &alpha, a.data(), &lda, b.data(), &ldb, &beta, c.data(), &ldc, 1, 1);
    double worst = 0;
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < ldc; ++i) {
        const T result = c[at(i, j, ldc)];
        const Wide old(before[at(i, j, ldc)]);
        if (i >= m) {
          if (result != before[at(i, j, ldc)]) worst = HUGE_VAL;
          continue;
        }
        Wide sum(0);
        double magnitude = 0;
        for (int l = 0; l < k; ++l) {
          const Wide x = element(a, lda, ta, i, l);
          const Wide y = element(b, ldb, tb, l, j);
          sum += product(x, y);
          magnitude += size_of(x) * size_of(y);
        }
        const Wide right = product(Wide(alpha), sum) + product(Wide(beta), old);
        magnitude = size_of(Wide(alpha)) * magnitude + size_of(Wide(beta)) * size_of(old);
        worst = worse(worst, size_of(Wide(result) - right) / bound(k, magnitude));
      }
    }
    checks_.expect(worst, subject("gemm", {ta, tb}, {m, n, k}));
  }

  /// Keeps what is not a number.
  static double worse(double worst, double ratio) { return ratio <= worst ? worst : ratio; }

  /// A triangle that is well conditioned at any size, with rogues in the other one.
  std::vector<T> triangle(int n, int ld, char uplo, char diag) {
    std::vector<T> a(at(0, n, ld), T(static_cast<Real>(kRogue)));
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < n; ++i) {
        const bool inside = uplo == 'U' ? i < j : i > j;
        if (inside) a[at(i, j, ld)] = random_.number<T>() / static_cast<Real>(n);
        if (i == j && diag == 'N') a[at(i, j, ld)] = T(2) + random_.number<T>();
      }
    }
    return a;
  }

  static Wide triangle_element(const std::vector<T>& a, int ld, char uplo, char trans, char diag,
                               int row, int column) {
    if (row == column && diag == 'U') return Wide(1);
    const bool upper = trans == 'N' ? row < column : row > column;
    if (row != column && upper != (uplo == 'U')) return Wide(0);
    return element(a, ld, trans, row, column);
  }

  /// op(A) X - alpha B, or X op(A) - alpha B, against the sizes of its terms.
  void trsm(int m, int n) {
    const char side = "LR"[random_.below(2)];
    const char uplo = "UL"[random_.below(2)];
    const char trans = other_than_n(transposition());
    const char diag = "NU"[random_.below(2)];
    const int order = side == 'L' ? m : n;
    const int lda = order + random_.below(4);
    const int ldb = m + random_.below(4);
    const T alpha = random_.number<T>();
    const auto a = triangle(order, lda, uplo, diag);
    const auto b = random_.numbers<T>(at(0, n, ldb));
    auto x = b;
    routine_of<void(const char*, const char*, const char*, const char*, const int*, const int*,
                    const T*, const T*, const int*, T*, const int*, std::size_t, std::size_t,
                    std::size_t, std::size_t)>(handle_, name_of<T>("trsm"))(
        &side, &uplo, &trans, &diag, &m, &n, &alpha, a.data(), &lda, x.data(), &ldb, 1, 1, 1, 1);
    double worst = 0;
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < m; ++i) {
        const Wide right = product(Wide(alpha), Wide(b[at(i, j, ldb)]));
        Wide sum(0);
        double magnitude = size_of(right);
        for (int l = 0; l < order; ++l) {
          const Wide factor = side == 'L' ? triangle_element(a, lda, uplo, trans, diag, i, l)
                                          : triangle_element(a, lda, uplo, trans, diag, l, j);
          const Wide value(side == 'L' ? x[at(l, j, ldb)] : x[at(i, l, ldb)]);
          sum += product(factor, value);
          magnitude += size_of(factor) * size_of(value);
        }
        worst = worse(worst, size_of(sum - right) / bound(2 * order, magnitude));
      }
      for (int i = m; i < ldb; ++i) {
        if (x[at(i, j, ldb)] != b[at(i, j, ldb)]) worst = HUGE_VAL;
      }
    }
    checks_.expect(worst, subject("trsm", {side, uplo, trans, diag}, {m, n}));
  }

  void syrk(int n, int k) {
    const char uplo = "UL"[random_.below(2)];
    const char trans = "NT"[random_.below(2)];
    const int lda = (trans == 'N' ? n : k) + random_.below(4);
    const int ldc = n + random_.below(4);
    const T alpha = scalar();
    const T beta = scalar();
    const auto a = random_.numbers<T>(at(0, trans == 'N' ? k : n, lda));
    const auto before = random_.numbers<T>(at(0, n, ldc));
    auto c = before;
    routine_of<void(const char*, const char*, const int*, const int*, const T*, const T*,
                    const int*, const T*, T*, const int*, std::size_t, std::size_t)>(
        handle_, name_of<T>("syrk"))(&uplo, &trans, &n, &k, &alpha, a.data(), &lda, &beta, c.data(),
                                     &ldc, 1, 1);
    double worst = 0;
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < ldc; ++i) {
        const T result = c[at(i, j, ldc)];
        if (i >= n || (uplo == 'U' ? i > j : i < j)) {
          if (result != before[at(i, j, ldc)]) worst = HUGE_VAL;
          continue;
        }
        Wide sum(0);
        double magnitude = 0;
        for (int l = 0; l < k; ++l) {
          const Wide x = element(a, lda, trans, i, l);
          const Wide y = element(a, lda, trans, j, l);
          sum += product(x, y);
          magnitude += size_of(x) * size_of(y);
        }
        const Wide old(before[at(i, j, ldc)]);
        const Wide right = product(Wide(alpha), sum) + product(Wide(beta), old);
        magnitude = size_of(Wide(alpha)) * magnitude + size_of(Wide(beta)) * size_of(old);
        worst = worse(worst, size_of(Wide(result) - right) / bound(k, magnitude));
      }
    }
    checks_.expect(worst, subject("syrk", {uplo, trans}, {n, k}));
  }

  /// The place of element i of a vector of n with stride `step`, as BLAS has it for steps below 0.
  static std::size_t place(int i, int n, int step) {
    return static_cast<std::size_t>(step > 0 ? i * step : (n - 1 - i) * -step);
  }

  int stride() {
    constexpr int kStrides[] = {1, 1, 1, 2, 3, -1, -2};
    return kStrides[random_.below(7)];
  }

  void gemv(int m, int n) {
    const char trans = other_than_n(transposition());
    const int lda = m + random_.below(4);
    const int rows = trans == 'N' ? m : n;
    const int columns = trans == 'N' ? n : m;
    const int incx = stride();
    const int incy = stride();
    const T alpha = scalar();
    const T beta = scalar();
    const auto a = random_.numbers<T>(at(0, n, lda));
    const auto x = random_.numbers<T>(static_cast<std::size_t>(columns * std::abs(incx)));
    const auto before = random_.numbers<T>(static_cast<std::size_t>(rows * std::abs(incy)));
    auto y = before;
    routine_of<void(const char*, const int*, const int*, const T*, const T*, const int*, const T*,
                    const int*, const T*, T*, const int*, std::size_t)>(
        handle_, name_of<T>("gemv"))(&trans, &m, &n, &alpha, a.data(), &lda, x.data(), &incx, &beta,
                                     y.data(), &incy, 1);
    double worst = 0;
    for (int i = 0; i < rows; ++i) {
      Wide sum(0);
      double magnitude = 0;
      for (int l = 0; l < columns; ++l) {
        const Wide factor = element(a, lda, trans, i, l);
        const Wide value(x[place(l, columns, incx)]);
        sum += product(factor, value);
        magnitude += size_of(factor) * size_of(value);
      }
      const Wide old(before[place(i, rows, incy)]);
      const Wide right = product(Wide(alpha), sum) + product(Wide(beta), old);
      magnitude = size_of(Wide(alpha)) * magnitude + size_of(Wide(beta)) * size_of(old);
      worst =
          worse(worst, size_of(Wide(y[place(i, rows, incy)]) - right) / bound(columns, magnitude));
    }
    checks_.expect(worst, subject("gemv", {trans}, {m, n, incx, incy}));
  }

  /// dot, nrm2, asum, axpy and scal at one length; vectors begin off the alignment of allocations.
  void vectors(int n, int incx, int incy) {
    const auto offset = static_cast<std::size_t>(random_.below(8));
    const auto x = random_.numbers<T>(offset + static_cast<std::size_t>(n * std::abs(incx)) + 1);
    const auto y = random_.numbers<T>(static_cast<std::size_t>(n * std::abs(incy)) + 1);
    const T* from = x.data() + offset;
    dot(n, from, incx, y.data(), incy, false);
    if constexpr (kIsComplex<T>) dot(n, from, incx, y.data(), incy, true);
    norms(n, from, incx);
    axpy(n, from, incx, y, incy);
    scal(n, from, incx);
  }

  void dot(int n, const T* x, int incx, const T* y, int incy, bool conjugated) {
    const char* family = kIsComplex<T> ? conjugated ? "dotc" : "dotu" : "dot";
    const T result = routine_of<T(const int*, const T*, const int*, const T*, const int*)>(
        handle_, name_of<T>(family))(&n, x, &incx, y, &incy);
    Wide sum(0);
    double magnitude = 0;
    for (int i = 0; i < n; ++i) {
      Wide left(x[place(i, n, incx)]);
      if (conjugated) left = conjugate(left);
      const Wide right(y[place(i, n, incy)]);
      sum += product(left, right);
      magnitude += size_of(left) * size_of(right);
    }
    checks_.expect(size_of(Wide(result) - sum) / bound(n, magnitude),
                   subject(family, "", {n, incx, incy}));
  }

  void norms(int n, const T* x, int incx) {
    // Real results: the name has both letters (dznrm2).
    const std::string prefix =
        kIsComplex<T> ? letter_of<T>() == 'c' ? "sc" : "dz" : std::string(1, letter_of<T>());
    double squares = 0;
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      const Wide value(x[place(i, n, incx)]);
      squares += std::norm(value);
      sum += size_of(value);
    }
    using Function = Real(const int*, const T*, const int*);
    const std::string sizes =
        std::string(" ").append(std::to_string(n)).append(" ").append(std::to_string(incx));
    const double norm = routine_of<Function>(handle_, prefix + "nrm2")(&n, x, &incx);
    checks_.expect(std::fabs(norm - std::sqrt(squares)) / bound(n, std::sqrt(squares)),
                   prefix + "nrm2" + sizes);
    const double total = routine_of<Function>(handle_, prefix + "asum")(&n, x, &incx);
    checks_.expect(std::fabs(total - sum) / bound(n, sum), prefix + "asum" + sizes);
  }

  void axpy(int n, const T* x, int incx, const std::vector<T>& before, int incy) {
    auto y = before;
    const T alpha = random_.number<T>();
    routine_of<void(const int*, const T*, const T*, const int*, T*, const int*)>(
        handle_, name_of<T>("axpy"))(&n, &alpha, x, &incx, y.data(), &incy);
    double worst = y.back() == before.back() ? 0 : HUGE_VAL;
    for (int i = 0; i < n; ++i) {
      const Wide left(x[place(i, n, incx)]);
      const Wide old(before[place(i, n, incy)]);
      const Wide right = product(Wide(alpha), left) + old;
      worst = worse(worst, size_of(Wide(y[place(i, n, incy)]) - right) /
                               bound(1, size_of(Wide(alpha)) * size_of(left) + size_of(old)));
    }
    checks_.expect(worst, subject("axpy", "", {n, incx, incy}));
  }

  void scal(int n, const T* from, int incx) {
    std::vector<T> x(from, from + n * incx + 1);
    const std::vector<T> before = x;
    const T alpha = random_.number<T>();
    routine_of<void(const int*, const T*, T*, const int*)>(handle_, name_of<T>("scal"))(
        &n, &alpha, x.data(), &incx);
    double worst = x.back() == before.back() ? 0 : HUGE_VAL;
    for (int i = 0; i < n; ++i) {
      const Wide old(before[place(i, n, incx)]);
      const Wide right = product(Wide(alpha), old);
      worst = worse(worst, size_of(Wide(x[place(i, n, incx)]) - right) /
                               bound(1, size_of(Wide(alpha)) * size_of(old)));
    }
    checks_.expect(worst, subject("scal", "", {n, incx}));
  }

  void* handle_;
  Checks& checks_;
  Random random_;
};

}  // namespace

void check_blas(void* handle, Checks& checks) {
  BlasChecks<float>(handle, checks).all();
  BlasChecks<double>(handle, checks).all();
  BlasChecks<std::complex<float>>(handle, checks).all();
  BlasChecks<std::complex<double>>(handle, checks).all();
}

}  // namespace switchblas::cli
