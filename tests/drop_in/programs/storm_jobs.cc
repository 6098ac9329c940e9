// SPDX-License-Identifier: BSD-3-Clause
#include "storm_jobs.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstring>
#include <limits>
#include <type_traits>

#include "probe.h"

#define STORM_COMMON(p, T)                                                                         \
  void p##axpy_(const int*, const T*, const T*, const int*, T*, const int*);                       \
  void p##scal_(const int*, const T*, T*, const int*);                                             \
  void p##gemv_(const char*, const int*, const int*, const T*, const T*, const int*, const T*,     \
                const int*, const T*, T*, const int*);                                             \
  void p##trmv_(const char*, const char*, const char*, const int*, const T*, const int*, T*,       \
                const int*);                                                                       \
  void p##trsv_(const char*, const char*, const char*, const int*, const T*, const int*, T*,       \
                const int*);                                                                       \
  void p##gemm_(const char*, const char*, const int*, const int*, const int*, const T*, const T*,  \
                const int*, const T*, const int*, const T*, T*, const int*);                       \
  void p##symm_(const char*, const char*, const int*, const int*, const T*, const T*, const int*,  \
                const T*, const int*, const T*, T*, const int*);                                   \
  void p##syrk_(const char*, const char*, const int*, const int*, const T*, const T*, const int*,  \
                const T*, T*, const int*);                                                         \
  void p##syr2k_(const char*, const char*, const int*, const int*, const T*, const T*, const int*, \
                 const T*, const int*, const T*, T*, const int*);                                  \
  void p##trmm_(const char*, const char*, const char*, const char*, const int*, const int*,        \
                const T*, const T*, const int*, T*, const int*);                                   \
  void p##trsm_(const char*, const char*, const char*, const char*, const int*, const int*,        \
                const T*, const T*, const int*, T*, const int*);                                   \
  void p##getrf_(const int*, const int*, T*, const int*, int*, int*);                              \
  void p##getrs_(const char*, const int*, const int*, const T*, const int*, const int*, T*,        \
                 const int*, int*);                                                                \
  void p##potrf_(const char*, const int*, T*, const int*, int*);                                   \
  void p##geqrf_(const int*, const int*, T*, const int*, T*, T*, const int*, int*);
#define STORM_RANK_ONE(name, T)                                                               \
  void name(const int*, const int*, const T*, const T*, const int*, const T*, const int*, T*, \
            const int*);
#define STORM_SYMMETRIC(name, T)                                                           \
  void name(const char*, const int*, const T*, const T*, const int*, const T*, const int*, \
            const T*, T*, const int*);

using ComplexFloat = std::complex<float>;
using ComplexDouble = std::complex<double>;
extern "C" {
STORM_COMMON(s, float)
STORM_COMMON(d, double)
STORM_COMMON(c, ComplexFloat)
STORM_COMMON(z, ComplexDouble)
STORM_RANK_ONE(sger_, float)
STORM_RANK_ONE(dger_, double)
STORM_RANK_ONE(cgeru_, ComplexFloat)
STORM_RANK_ONE(zgerc_, ComplexDouble)
STORM_SYMMETRIC(ssymv_, float)
STORM_SYMMETRIC(dsymv_, double)
STORM_SYMMETRIC(chemv_, ComplexFloat)
STORM_SYMMETRIC(zhemv_, ComplexDouble)
float sdot_(const int*, const float*, const int*, const float*, const int*);
float snrm2_(const int*, const float*, const int*);
double dnrm2_(const int*, const double*, const int*);
float scnrm2_(const int*, const ComplexFloat*, const int*);
double dznrm2_(const int*, const ComplexDouble*, const int*);
void ssyev_(const char*, const char*, const int*, float*, const int*, float*, float*, const int*,
            int*);
}

namespace storm {
namespace {

enum Routine {
  kAxpy,
  kScal,
  kDot,
  kNrm2,
  kGemv,
  kGer,
  kSymv,
  kTrmv,
  kTrsv,
  kGemm,
  kSymm,
  kSyrk,
  kSyr2k,
  kTrmm,
  kTrsm,
  kGetrf,
  kGetrs,
  kPotrf,
  kGeqrf,
  kSyev,
  kRoutines
};
const char* const kNames[kRoutines] = {"axpy", "scal",  "dot",   "nrm2",  "gemv",  "ger",   "symv",
                                       "trmv", "trsv",  "gemm",  "symm",  "syrk",  "syr2k", "trmm",
                                       "trsm", "getrf", "getrs", "potrf", "geqrf", "syev"};

template <class T>
struct Functions;
#define STORM_FUNCTIONS(p, T, ger_name, symv_name, nrm2_name) \
  template <>                                                 \
  struct Functions<T> {                                       \
    static constexpr char kLetter = #p[0];                    \
    static constexpr auto axpy = p##axpy_;                    \
    static constexpr auto scal = p##scal_;                    \
    static constexpr auto nrm2 = nrm2_name;                   \
    static constexpr auto gemv = p##gemv_;                    \
    static constexpr auto ger = ger_name;                     \
    static constexpr auto symv = symv_name;                   \
    static constexpr auto trmv = p##trmv_;                    \
    static constexpr auto trsv = p##trsv_;                    \
    static constexpr auto gemm = p##gemm_;                    \
    static constexpr auto symm = p##symm_;                    \
    static constexpr auto syrk = p##syrk_;                    \
    static constexpr auto syr2k = p##syr2k_;                  \
    static constexpr auto trmm = p##trmm_;                    \
    static constexpr auto trsm = p##trsm_;                    \
    static constexpr auto getrf = p##getrf_;                  \
    static constexpr auto getrs = p##getrs_;                  \
    static constexpr auto potrf = p##potrf_;                  \
    static constexpr auto geqrf = p##geqrf_;                  \
  };
STORM_FUNCTIONS(s, float, sger_, ssymv_, snrm2_)
STORM_FUNCTIONS(d, double, dger_, dsymv_, dnrm2_)
STORM_FUNCTIONS(c, ComplexFloat, cgeru_, chemv_, scnrm2_)
STORM_FUNCTIONS(z, ComplexDouble, zgerc_, zhemv_, dznrm2_)

template <class T>
struct RealOf {
  using Type = T;
};
template <class T>
struct RealOf<std::complex<T>> {
  using Type = T;
};

template <class T>
class TypedJob final : public Job {
  using Call = Functions<T>;
  using Real = typename RealOf<T>::Type;
  static constexpr bool kComplex = !std::is_same_v<T, Real>;
  static constexpr int kExtra = 64;  // numbers of work space beyond the matrices

 public:
  TypedJob(Routine routine, Random* random, int largest) : routine_(routine) {
    m_ = size(random, largest);
    n_ = size(random, largest);
    k_ = size(random, largest);
    upper_ = random->below(2) != 0 ? "U" : "L";
    left_ = random->below(2) != 0 ? "L" : "R";
    trans_ = "NT"[random->below(2)];
    unit_ = "NU"[random->below(2)];
    if (routine <= kNrm2) m_ *= 32, n_ = 1;  // vectors are longer than the sides of matrices
    if (routine >= kGetrf) k_ = 1 + random->below(8);
    most_ = std::max({m_, n_, k_});
    a_ = matrix(random);
    b_ = matrix(random);
    result_ = matrix(random);
    if (is_square()) n_ = m_;
    if (routine == kTrmv || routine == kTrsv || routine == kTrmm || routine == kTrsm)
      make_triangle();
    if (routine >= kGetrf) make_regular();
    if (routine == kGetrs) {  // solves with what it factorises first
      pivoted_ = a_;
    }
    name_ = std::string(1, Call::kLetter) + kNames[routine] + " " + std::to_string(m_) + " x " +
            std::to_string(n_) + " x " + std::to_string(k_);
    result_bytes_ = result_.size() * sizeof(T);
    bytes_ = result_bytes_ + static_cast<std::size_t>(most_) * kExtra * sizeof(T) + 65536;
  }

  void run(WorkSpace* work) const override {
    T* c = reinterpret_cast<T*>(work->result.data());
    T* scratch = reinterpret_cast<T*>(work->scratch.data());
    std::memcpy(c, result_.data(), result_bytes_);
    const T alpha = T(0.75), beta = T(-0.5);
    const int one = 1, ld = rows();
    const char* trans = trans_ == 'N' ? "N" : "T";
    const char* unit = unit_ == 'N' ? "N" : "U";
    int info = 0;
    int pivots[1024];
    switch (routine_) {
      case kAxpy:
        return Call::axpy(&m_, &alpha, a_.data(), &one, c, &one);
      case kScal:
        return Call::scal(&m_, &alpha, c, &one);
      case kDot:
        if constexpr (std::is_same_v<T, float>) c[0] = sdot_(&m_, a_.data(), &one, c, &one);
        if constexpr (std::is_same_v<T, double>) c[0] = ddot_(&m_, a_.data(), &one, c, &one);
        return;
      case kNrm2:
        c[0] = T(Call::nrm2(&m_, a_.data(), &one));
        return;
      case kGemv:
        return Call::gemv(trans, &m_, &n_, &alpha, a_.data(), &ld, b_.data(), &one, &beta, c, &one);
      case kGer:
        return Call::ger(&m_, &n_, &alpha, a_.data(), &one, b_.data(), &one, c, &ld);
      case kSymv:
        return Call::symv(upper_, &n_, &alpha, a_.data(), &ld, b_.data(), &one, &beta, c, &one);
      case kTrmv:
        return Call::trmv(upper_, trans, unit, &n_, a_.data(), &ld, c, &one);
      case kTrsv:
        return Call::trsv(upper_, trans, unit, &n_, a_.data(), &ld, c, &one);
      case kGemm:
        return Call::gemm(trans, "N", &m_, &n_, &k_, &alpha, a_.data(), &ld, b_.data(), &ld, &beta,
                          c, &ld);
      case kSymm:
        return Call::symm(left_, upper_, &m_, &n_, &alpha, a_.data(), &ld, b_.data(), &ld, &beta, c,
                          &ld);
      case kSyrk:
        return Call::syrk(upper_, trans, &n_, &k_, &alpha, a_.data(), &ld, &beta, c, &ld);
      case kSyr2k:
        return Call::syr2k(upper_, trans, &n_, &k_, &alpha, a_.data(), &ld, b_.data(), &ld, &beta,
                           c, &ld);
      case kTrmm:
        return Call::trmm(left_, upper_, trans, unit, &m_, &n_, &alpha, a_.data(), &ld, c, &ld);
      case kTrsm:
        return Call::trsm(left_, upper_, trans, unit, &m_, &n_, &alpha, a_.data(), &ld, c, &ld);
      case kGetrf:
        std::memcpy(c, a_.data(), result_bytes_);
        return Call::getrf(&m_, &n_, c, &ld, pivots, &info);
      case kGetrs:
        std::memcpy(scratch, pivoted_.data(), pivoted_.size() * sizeof(T));
        Call::getrf(&n_, &n_, scratch, &ld, pivots, &info);
        return Call::getrs(trans, &n_, &k_, scratch, &ld, pivots, c, &ld, &info);
      case kPotrf:
        std::memcpy(c, a_.data(), result_bytes_);
        return Call::potrf(upper_, &n_, c, &ld, &info);
      case kGeqrf: {
        std::memcpy(c, a_.data(), result_bytes_);
        const int length = most_ * (kExtra - 1);
        return Call::geqrf(&m_, &n_, c, &ld, scratch, scratch + most_, &length, &info);
      }
      case kSyev:
        return eigenvalues(c, scratch);
      case kRoutines:
        return;
    }
  }

  double error(const WorkSpace& work) const override {
    const Real* got = reinterpret_cast<const Real*>(work.result.data());
    const Real* expected = reinterpret_cast<const Real*>(expected_.data());
    const std::size_t count = result_bytes_ / sizeof(Real);
    double largest = 1, worst = 0;
    for (std::size_t i = 0; i < count; ++i)
      largest = std::max(largest, std::fabs(static_cast<double>(expected[i])));
    for (std::size_t i = 0; i < count; ++i) {
      const double difference = std::fabs(static_cast<double>(got[i]) - expected[i]);
      if (!(difference <= worst)) worst = difference;
      if (std::isnan(difference)) return difference;
    }
    return worst / (16 * static_cast<double>(std::numeric_limits<Real>::epsilon()) * (most_ + 16) *
                    largest);
  }

 private:
  bool is_vector() const { return routine_ <= kNrm2; }
  bool is_square() const {
    return routine_ == kSymv || routine_ == kTrmv || routine_ == kTrsv || routine_ == kGetrs ||
           routine_ == kPotrf || routine_ == kSyev;
  }
  int rows() const { return is_vector() ? m_ : most_; }

  // Most calls of real programs are small; those of any size reach every arm of a table.
  static int size(Random* random, int largest) {
    const int kind = random->below(5);
    return 1 + random->below(kind < 2   ? std::min(16, largest)
                             : kind < 4 ? std::min(80, largest)
                                        : largest);
  }
  std::vector<T> matrix(Random* random) const {
    const std::size_t count = static_cast<std::size_t>(rows()) * (is_vector() ? 1 : most_);
    std::vector<T> values(count);
    for (T& value : values) {
      if constexpr (kComplex) {
        const Real real = static_cast<Real>(random->unit());
        value = T(real, static_cast<Real>(random->unit()));
      } else {
        value = static_cast<T>(random->unit());
      }
    }
    return values;
  }
  T& at(int row, int column) {
    return a_[static_cast<std::size_t>(row) + static_cast<std::size_t>(column) * rows()];
  }

  /// Small beside the diagonal: nothing grows when it is solved, also with a unit diagonal.
  void make_triangle() {
    const Real scale = Real(1) / static_cast<Real>(most_);
    for (T& value : a_) value *= scale;
    for (int i = 0; i < most_; ++i) at(i, i) = T(1.5);
  }
  /// Large in one place of each row and column: pivots leave no doubt, and rows are exchanged.
  /// Symmetric ones have it on the diagonal.
  void make_regular() {
    const bool symmetric = routine_ == kPotrf || routine_ == kSyev;
    for (int i = 0; i < most_; ++i) {
      for (int j = 0; symmetric && j < i; ++j) {
        at(i, j) = at(j, i);
        if constexpr (kComplex) at(i, j) = std::conj(at(i, j));
      }
      const int column = symmetric || routine_ == kGeqrf ? i : (i + 1) % std::min(m_, n_);
      if (column < most_) at(i, column) += T(static_cast<Real>(2 * most_ + i));
      if (symmetric) at(i, i) = T(std::real(at(i, i)));
    }
  }
  void eigenvalues(T* c, T* scratch) const {
    if constexpr (!kComplex) {
      const int length = most_ * (kExtra - 1);
      int info = 0;
      std::memcpy(c, a_.data(), result_bytes_);
      T* values = scratch;
      if constexpr (std::is_same_v<T, float>)
        ssyev_("N", upper_, &n_, c, &rows_value(), values, scratch + most_, &length, &info);
      if constexpr (std::is_same_v<T, double>)
        dsyev_("N", upper_, &n_, c, &rows_value(), values, scratch + most_, &length, &info);
      std::memset(static_cast<void*>(c), 0, result_bytes_);
      std::memcpy(c, values, static_cast<std::size_t>(n_) * sizeof(T));
    }
  }
  const int& rows_value() const { return most_; }

  Routine routine_;
  int m_ = 0, n_ = 0, k_ = 0, most_ = 0;
  const char *upper_, *left_;
  char trans_, unit_;
  std::vector<T> a_, b_, result_, pivoted_;
};

template <class T>
std::unique_ptr<Job> make(Routine routine, Random* random, int largest) {
  return std::make_unique<TypedJob<T>>(routine, random, largest);
}

}  // namespace

std::vector<std::unique_ptr<Job>> make_jobs(std::uint64_t seed, int count, int largest) {
  std::vector<std::unique_ptr<Job>> jobs;
  Random random(seed);
  for (int i = 0; i < count; ++i) {
    const Routine routine = static_cast<Routine>(i % kRoutines);
    // Complex dot products return their result in ways that differ by compiler.
    const bool real_only = routine == kDot || routine == kSyev;
    switch ((i / kRoutines + i) % (real_only ? 2 : 4)) {
      case 0:
        jobs.push_back(make<double>(routine, &random, largest));
        break;
      case 1:
        jobs.push_back(make<float>(routine, &random, largest));
        break;
      case 2:
        jobs.push_back(make<ComplexDouble>(routine, &random, largest));
        break;
      case 3:
        jobs.push_back(make<ComplexFloat>(routine, &random, largest));
        break;
    }
  }
  return jobs;
}

}  // namespace storm
