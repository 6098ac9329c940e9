// SPDX-License-Identifier: BSD-3-Clause
#include "tune/problem.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace switchblas::tune {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMaxArguments = 16;
constexpr bool is_complex(int type) { return type >= 2; }
constexpr bool is_double(int type) { return type % 2 == 1; }
constexpr std::size_t element_bytes(int type) {
  return (is_double(type) ? 8U : 4U) * (is_complex(type) ? 2U : 1U);
}

/// Random numbers in (-1, 1), drawn once; an odd length, so that columns do not repeat.
const std::vector<double>& random_pool() {
  static const std::vector<double> pool = [] {
    std::vector<double> values(999983);
    std::mt19937_64 generator(20240607);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (double& v : values) v = uniform(generator);
    return values;
  }();
  return pool;
}

template <class R, std::size_t... I>
R call_with(Function function, void* const* arguments, std::index_sequence<I...>) {
  using Typed = R (*)(decltype(static_cast<void>(I), static_cast<void*>(nullptr))...);
  return reinterpret_cast<Typed>(function)(arguments[I]...);
}

template <class R, std::size_t N = 0>
R call_typed(Function function, void* const* arguments, std::size_t count) {
  if constexpr (N > kMaxArguments) {
    throw std::logic_error("a routine has too many arguments");
  } else {
    if (count == N) return call_with<R>(function, arguments, std::make_index_sequence<N>());
    return call_typed<R, N + 1>(function, arguments, count);
  }
}

template <class T>
void append(std::vector<char>& bytes, const T& value) {
  const auto* first = reinterpret_cast<const char*>(&value);
  bytes.insert(bytes.end(), first, first + sizeof value);
}

template <class T>
double relative_difference(const std::vector<char>& x, const std::vector<char>& y) {
  const auto* a = reinterpret_cast<const T*>(x.data());
  const auto* b = reinterpret_cast<const T*>(y.data());
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < x.size() / sizeof(T); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return HUGE_VAL;
    largest = std::max(largest, std::abs(static_cast<double>(a[i])));
    difference = std::max(difference, std::abs(static_cast<double>(a[i]) - b[i]));
  }
  return difference == 0 ? 0 : difference / largest;
}

}  // namespace

Problem::Problem(const Family& family, int type, const std::string& flags, const Shape& shape,
                 const Placement& placement)
    : family_(family),
      type_(type),
      flags_(flags),
      shape_(shape),
      placement_(placement),
      m_(shape.m),
      n_(shape.n),
      k_(shape.k) {
  const Extents extents = family.extents(flags, shape);
  allocate(a_, extents.a);
  allocate(b_, extents.b);
  allocate(c_, extents.c);
  lda_ = static_cast<int>(a_.leading);
  ldb_ = static_cast<int>(b_.leading);
  ldc_ = static_cast<int>(c_.leading);
  band_ = band_of(shape);
  pivots_.resize(static_cast<std::size_t>(std::max({m_, n_, 1})));
  set_scalars();
  std::istringstream words(family.arguments);
  for (std::string word; words >> word;) arguments_.push_back(argument(word));
  if (family.level == 4) {
    // Fortran code behind LAPACK names may read the hidden lengths of its CHARACTER arguments.
    const auto one = reinterpret_cast<void*>(std::uintptr_t{1});
    for (int i = letter_count_; i > 0; --i) arguments_.push_back(one);
  }
}

double Problem::bytes(const Family& family, int type, const std::string& flags,
                      const Shape& shape) {
  const Extents e = family.extents(flags, shape);
  double elements = 0;
  for (const Extent& x : {e.a, e.b, e.c}) elements += static_cast<double>(x.rows * x.columns);
  return elements * static_cast<double>(element_bytes(type));
}

void Problem::allocate(Operand& operand, Extent extent) {
  operand.extent = extent;
  const bool matrix = extent.columns > 1;
  operand.leading = std::max(1L, extent.rows + (matrix ? placement_.padding : 0));
  operand.bytes = static_cast<std::size_t>(operand.leading * extent.columns) * element_bytes(type_);
  const std::size_t offset =
      static_cast<std::size_t>(placement_.offset) * element_bytes(type_) % kAlignment;
  const std::size_t rounded = ((operand.bytes + offset) / kAlignment + 1) * kAlignment;
  for (auto* p : {&operand.memory, &operand.original}) {
    p->reset(static_cast<char*>(std::aligned_alloc(kAlignment, rounded)));
    if (*p == nullptr) throw std::bad_alloc();
  }
  operand.data = operand.memory.get() + offset;
}

void Problem::set_scalars() {
  const auto put = [this](std::array<char, 16>& to, double real, double imaginary) {
    const float single[2] = {static_cast<float>(real), static_cast<float>(imaginary)};
    const double twice[2] = {real, imaginary};
    std::memcpy(to.data(), is_double(type_) ? static_cast<const void*>(twice) : single,
                is_double(type_) ? sizeof twice : sizeof single);
  };
  const std::string words = family_.arguments;
  const bool small = words.find("small_alpha") != std::string::npos;
  const bool unit = words.find("unit_alpha") != std::string::npos;
  if (unit) {
    put(alpha_, is_complex(type_) ? 0.6 : -1, 0.8);
  } else {
    put(alpha_, small ? 1e-3 : 1, 0);
  }
  put(beta_, 0, 0);
  put(cosine_, 0.6, 0);
  put(sine_, 0.8, 0);
}

void* Problem::argument(const std::string& name) {
  const auto letter = [this](char value) -> void* {
    char* place = &letters_[static_cast<std::size_t>(letter_count_++)];
    *place = value;
    return place;
  };
  if (name == "0" || name == "1") return letter(flags_[static_cast<std::size_t>(name[0] - '0')]);
  if (name == "L" || name == "N") return letter(name[0]);
  if (name.ends_with("alpha")) return alpha_.data();
  if (name.ends_with("beta")) return beta_.data();
  const std::pair<const char*, void*> known[] = {{"m", &m_},
                                                 {"n", &n_},
                                                 {"k", &k_},
                                                 {"lda", &lda_},
                                                 {"ldb", &ldb_},
                                                 {"ldc", &ldc_},
                                                 {"inc", &inc_},
                                                 {"band", &band_},
                                                 {"info", &info_},
                                                 {"pivots", pivots_.data()},
                                                 {"a", a_.data},
                                                 {"b", b_.data},
                                                 {"c", c_.data},
                                                 {"cosine", cosine_.data()},
                                                 {"sine", sine_.data()}};
  for (const auto& [known_name, place] : known) {
    if (name == known_name) return place;
  }
  throw std::logic_error("unknown argument " + name);
}

void Problem::fill(double off_diagonal) {
  fill(a_, family_.a, off_diagonal, 0);
  fill(b_, Content::random, off_diagonal, 333331);
  fill(c_, family_.c, off_diagonal, 666667);
  restore();
}

void Problem::fill(Operand& operand, Content content, double off_diagonal, std::size_t offset) {
  if (is_double(type_)) {
    fill_as<double>(operand, content, off_diagonal, offset);
  } else {
    fill_as<float>(operand, content, off_diagonal, offset);
  }
}

template <class T>
void Problem::fill_as(Operand& operand, Content content, double off_diagonal, std::size_t offset) {
  auto* to = reinterpret_cast<T*>(operand.original.get());
  const std::vector<double>& pool = random_pool();
  const long rows = operand.extent.rows;
  const double scale =
      content == Content::triangular ? off_diagonal / static_cast<double>(rows) : 1;
  for (std::size_t i = 0; i < operand.bytes / sizeof(T); ++i) {
    to[i] = static_cast<T>(pool[offset] * scale);
    if (++offset == pool.size()) offset = 0;
  }
  if (content == Content::random) return;
  const long parts = is_complex(type_) ? 2 : 1;
  const double diagonal = content == Content::dominant ? static_cast<double>(2 * rows) : 1;
  for (long i = 0; i < std::min(rows, operand.extent.columns); ++i) {
    T* element = to + parts * i * (operand.leading + 1);
    element[0] = static_cast<T>(diagonal);
    if (parts == 2) element[1] = 0;
  }
}

void Problem::restore() {
  for (Operand* x : {&a_, &b_, &c_}) std::memcpy(x->data, x->original.get(), x->bytes);
  for (std::size_t i = 0; i < pivots_.size(); ++i) pivots_[i] = static_cast<int>(i) + 1;
}

void Problem::call(Function function) {
  call_typed<void>(function, arguments_.data(), arguments_.size());
}

void Problem::call_and_keep(Function function, std::vector<char>& kept) {
  restore();
  kept.clear();
  void* const* arguments = arguments_.data();
  const std::size_t count = arguments_.size();
  const bool twice = is_double(type_);
  if (family_.result == Result::none) {
    call(function);
    kept.assign(c_.data, c_.data + c_.bytes);
  } else if (family_.result == Result::index) {
    const double index = call_typed<int>(function, arguments, count);
    twice ? append(kept, index) : append(kept, static_cast<float>(index));
  } else if (family_.result == Result::real) {
    twice ? append(kept, call_typed<double>(function, arguments, count))
          : append(kept, call_typed<float>(function, arguments, count));
  } else {
    twice ? append(kept, call_typed<std::complex<double>>(function, arguments, count))
          : append(kept, call_typed<std::complex<float>>(function, arguments, count));
  }
}

double Problem::deviation(const std::vector<char>& x, const std::vector<char>& y) const {
  if (x.size() != y.size()) return HUGE_VAL;
  const double length = 1 + std::max({shape_.m, shape_.n, shape_.k});
  if (is_double(type_)) {
    return relative_difference<double>(x, y) / std::numeric_limits<double>::epsilon() /
           std::sqrt(length);
  }
  return relative_difference<float>(x, y) / std::numeric_limits<float>::epsilon() /
         std::sqrt(length);
}

}  // namespace switchblas::tune
