// SPDX-License-Identifier: BSD-3-Clause
#include "sweep_case.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <sstream>

namespace sweep {
namespace {

constexpr int kOrderRow = 101, kOrderColumn = 102;

long cblas_value(char letter) {
  switch (letter) {
    case 'N':
      return 111;
    case 'T':
      return 112;
    case 'C':
      return 113;
    case 'U':
      return 121;
    case 'L':
      return 122;
    default:
      return 0;
  }
}

template <typename R, std::size_t... I>
R call_integers(void* function, const long* a, std::index_sequence<I...>) {
  using Function = R (*)(decltype(static_cast<void>(I), 0L)...);
  return reinterpret_cast<Function>(function)(a[I]...);
}

// Real arguments have registers of their own, in their own order, on x86-64 and arm64; so it does
// not matter between which integers they stand, as long as there are few of them.
template <typename R, typename S, std::size_t... I>
R call_mixed(void* function, const long* a, const double* s, std::index_sequence<I...>) {
  using Function = R (*)(decltype(static_cast<void>(I), 0L)..., S, S);
  return reinterpret_cast<Function>(function)(a[I]..., static_cast<S>(s[0]), static_cast<S>(s[1]));
}

template <typename R>
R call_any(void* function, const long* a, const double* scalars, bool single) {
  constexpr auto kAll = std::make_index_sequence<kMaxArguments>();
  if (scalars == nullptr) return call_integers<R>(function, a, kAll);
  if (single) return call_mixed<R, float>(function, a, scalars, kAll);
  return call_mixed<R, double>(function, a, scalars, kAll);
}

template <typename Complex>
Result split(Complex value) {
  return {static_cast<double>(__real__ value), static_cast<double>(__imag__ value)};
}

}  // namespace

Case::Case(const Row& row, const std::string& name, char type, Interface interface, int index)
    : row_(row), type_(type), interface_(interface), state_(14695981039346656037ULL) {
  for (const char c : name) state_ = (state_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  state_ ^= static_cast<Random>(index) << 40;
  for (int i = 0; i < 8; i++) next();
  choose_sizes(index);
  with_nan_ = (name.find("gemm") == 1 || name.find("gemv") == 1) && pick(2) == 0;
  description_ = name + " #" + std::to_string(index);
  if (interface == Interface::cblas_row_major) description_ += " row-major";
  if (row.cblas == 'o' && interface != Interface::fortran)
    arguments_.push_back(
        {'i', 0, interface == Interface::cblas_row_major ? kOrderRow : kOrderColumn, 0});
  std::istringstream words(row.arguments);
  for (std::string word; words >> word;) add_argument(word);
  if (row.cblas == 's' && interface != Interface::fortran) add_array("v1");
  for (Buffer& buffer : buffers_) buffer.initial = buffer.bytes;
}

double Case::next() {
  state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<double>(static_cast<std::int64_t>(state_ >> 11)) / 4503599627370496.0 - 1.0;
}

void Case::choose_sizes(int index) {
  static constexpr int kSmall[] = {0, 1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 24, 33};
  static constexpr int kVector[] = {0, 1, 2, 5, 33, 100, 1000, 3000};
  const std::string arguments = row_.arguments;
  const bool large = index % 6 == 5;
  auto size = [&]() -> int {
    if (row_.level == '1') return large ? 20000 + pick(1000) : kVector[pick(8)];
    return large ? 60 + pick(row_.level == '2' ? 120 : 70) : kSmall[pick(13)];
  };
  m_ = size();
  n_ = size();
  k_ = size();
  if (pick(3) == 0) m_ = k_ = n_;
  // The reference's cblas_cgbmv and cblas_zgbmv never return from some empty row-major calls.
  // OpenBLAS's omatcopy, imatcopy and geadd call an empty matrix an error.
  if (arguments.find("kl") != std::string::npos || arguments.find("order") == 0 ||
      arguments.find("m n alpha A") == 0) {
    m_ = std::max(m_, 1);
    n_ = std::max(n_, 1);
  }
  kl_ = std::min(pick(6), std::max(0, m_ - 1));
  ku_ = std::min(pick(6), std::max(0, n_ - 1));
  if (arguments.find('B') != std::string::npos && row_.level == '2')
    k_ = std::min(k_ % 6, std::max(0, n_ - 1));
  if (row_.level == 'l') {
    // OpenBLAS's gesv does not factorise where there is no right-hand side.
    m_ = std::max(m_, 1);
    n_ = std::max(n_, 1);
    k_ = std::max(k_, 1);
  }
  largest_ = std::max({m_, n_, k_, kl_ + ku_ + 1, 1});
  lda_ = largest_ + pick(3);
}

void Case::add_argument(const std::string& token) {
  if (!add_character(token) && !add_size(token) && !add_scalar(token)) add_array(token);
}

bool Case::add_character(const std::string& token) {
  const char* choices = token == "uplo"       ? "UL"
                        : token == "trans"    ? "NTC"
                        : token == "transher" ? "NC"
                        : token == "side"     ? "LR"
                        : token == "diag"     ? "NU"
                        : token == "norm"     ? "1IFM"
                        : token == "job"      ? "N"
                        : token == "order"    ? "RC"
                        : token == "transsym" ? (complex() ? "NT" : "NTC")
                                              : nullptr;
  if (choices == nullptr) return false;
  char letter = choices[pick(static_cast<int>(std::strlen(choices)))];
  if (token == "uplo") uplo_ = letter;
  long value = cblas_value(letter);
  if (token == "side") value = letter == 'L' ? 141 : 142;
  if (token == "diag") value = letter == 'N' ? 131 : 132;
  if (token == "order") value = letter == 'R' ? kOrderRow : kOrderColumn;
  add_buffer(token, 'c', 1);
  // Lower case is as good, and another library may forget it.
  if (pick(4) == 0) letter = static_cast<char>(letter | 0x20);
  buffers_.back().bytes[0] = static_cast<unsigned char>(letter);
  description_ += ' ';
  description_ += letter;
  arguments_.push_back({'i', static_cast<int>(buffers_.size()) - 1, value, 0});
  characters_++;
  return true;
}

void Case::add_integer(int value, const std::string& token) {
  add_buffer(token, 'i', 1);
  std::memcpy(buffers_.back().bytes.data(), &value, sizeof value);
  arguments_.push_back({'i', static_cast<int>(buffers_.size()) - 1, value, 0});
  description_ += ' ' + token + '=' + std::to_string(value);
}

bool Case::add_size(const std::string& token) {
  if (token == "m") return add_integer(m_, token), true;
  if (token == "n") return add_integer(n_, token), true;
  if (token == "k") return add_integer(k_, token), true;
  if (token == "kl") return add_integer(kl_, token), true;
  if (token == "ku") return add_integer(ku_, token), true;
  if (token == "one") return add_integer(1, token), true;
  if (token == "lda") return add_integer(lda_, token), true;
  if (token == "lwork") return add_integer(lda_ * largest_, token), true;
  if (token.rfind("inc", 0) == 0) return add_integer(increment_, token), true;
  return false;
}

bool Case::add_scalar(const std::string& token) {
  const bool real = token == "ralpha" || token == "rbeta";
  if (!real && token != "alpha" && token != "beta") return false;
  static constexpr double kValues[] = {0, 1, -1};
  const int choice = pick(6);
  const bool is_complex = complex() && !real;
  add_buffer(token, single_precision() ? 'f' : 'd', is_complex ? 2 : 1);
  Buffer& buffer = buffers_.back();
  const double value = choice < 3 ? kValues[choice] : next() * 2;
  set(buffer, 0, value);
  if (is_complex) set(buffer, 1, choice < 3 ? 0 : next());
  with_nan_ = with_nan_ && (token != "beta" || choice == 0);
  description_ += ' ' + token + '=' + std::to_string(value);
  const bool by_value = interface_ != Interface::fortran && !is_complex;
  arguments_.push_back({by_value ? 's' : 'p', static_cast<int>(buffers_.size()) - 1, 0, value});
  return true;
}

void Case::add_buffer(const std::string& token, char kind, std::size_t count) {
  Buffer buffer;
  buffer.kind = kind;
  buffer.name = token;
  buffer.compared = token.find('~') == std::string::npos;
  buffer.bytes.resize(count * (kind == 'd' ? 8 : kind == 'c' ? 1 : 4));
  buffers_.push_back(std::move(buffer));
}

void Case::set(Buffer& buffer, std::size_t index, double value) {
  if (buffer.kind == 'd') {
    std::memcpy(&buffer.bytes[index * 8], &value, 8);
  } else {
    const float single = static_cast<float>(value);
    std::memcpy(&buffer.bytes[index * 4], &single, 4);
  }
}

void Case::add_array(const std::string& token) {
  const std::size_t parts = complex() ? 2 : 1, size = static_cast<std::size_t>(largest_);
  const char kind = single_precision() ? 'f' : 'd';
  const char first = token[0];
  if (token == "info" || token == "pivots") {
    add_buffer(token, 'i', size);
    for (int i = 0; i < largest_; i++) {
      const int pivot = std::min(n_, i + 1 + pick(3));
      std::memcpy(&buffers_.back().bytes[static_cast<std::size_t>(i) * 4], &pivot, 4);
    }
  } else if (first == 'x' || first == 'y') {
    static constexpr int kIncrements[] = {1, 1, 2, 3, -1, -2};
    increment_ = kIncrements[pick(token.find('+') != std::string::npos ? 4 : 6)];
    add_buffer(token, kind, (size * std::abs(increment_) + 1) * parts);
  } else if (token == "P") {
    add_buffer(token, kind, 5);
  } else if (token == "w1" || token == "v1" || token == "u1") {
    add_buffer(token, kind, token == "w1" ? 1 : parts);
  } else if (token == "d1") {
    add_buffer(token, 'd', 1);
  } else if (token.size() > 1 && token[1] == 'P') {
    add_buffer(token, kind, size * (size + 1) / 2 * parts);
  } else {
    add_buffer(token, kind, static_cast<std::size_t>(lda_) * size * parts);
  }
  Buffer& buffer = buffers_.back();
  arguments_.push_back({'p', static_cast<int>(buffers_.size()) - 1, 0, 0});
  if (buffer.kind == 'i') return;
  const std::size_t count = buffer.bytes.size() / (buffer.kind == 'd' ? 8 : 4);
  const bool nan = with_nan_ && (token == "C" || first == 'y');
  for (std::size_t i = 0; i < count; i++)
    set(buffer, i, nan ? std::numeric_limits<double>::quiet_NaN() : next());
  if (token == "u1") set(buffer, 0, 1.5 + next());
  if (token == "P") set(buffer, 0, pick(4) - 2);
  shape_matrix(buffer, token);
}

std::size_t Case::diagonal_index(char storage, int i) const {
  const std::size_t row = static_cast<std::size_t>(i), lda = static_cast<std::size_t>(lda_);
  const std::size_t size = static_cast<std::size_t>(n_);
  if (storage == 'P')
    return upper_storage() ? row * (row + 1) / 2 + row : row * size - row * (row + 1) / 2 + row;
  if (storage == 'B') return row * lda + (upper_storage() ? static_cast<std::size_t>(k_) : 0);
  return row * lda + row;
}

// Solves and factorisations stay well conditioned; Hermitian diagonals are real, as is required.
void Case::shape_matrix(Buffer& buffer, const std::string& token) {
  const char first = token[0], storage = token.size() > 1 ? token[1] : ' ';
  const std::size_t parts = complex() ? 2 : 1;
  if (first != 'T' && first != 'D' && first != 'S' && first != 'H') return;
  const std::size_t count = buffer.bytes.size() / (buffer.kind == 'd' ? 8 : 4);
  if (first == 'T')
    for (std::size_t i = 0; i < count; i++) set(buffer, i, next() / largest_);
  const int size = storage == ' ' ? largest_ : n_;
  for (int i = 0; i < size; i++) {
    std::size_t index = diagonal_index(storage, i);
    if (first == 'S') index = static_cast<std::size_t>(i) * lda_ + (i + 1) % (n_ < m_ ? n_ : m_);
    const double value = first == 'H' ? next() : first == 'T' ? 1.5 + next() / 2 : 2.0 * largest_;
    if (first == 'S' && i >= std::min(m_, n_)) break;
    set(buffer, index * parts, value);
    if (complex()) set(buffer, index * parts + 1, 0);
  }
}

Result Case::call(void* function) {
  long integers[kMaxArguments];
  double scalars[2] = {0, 0};
  int used = 0, used_scalars = 0;
  const bool fortran = interface_ == Interface::fortran;
  std::fill(integers, integers + kMaxArguments, fortran ? 1 : 0);
  for (const Argument& argument : arguments_) {
    if (!fortran && argument.how == 's') {
      scalars[used_scalars++] = argument.scalar;
    } else if (!fortran && argument.how == 'i') {
      integers[used++] = argument.value;
    } else {
      integers[used++] =
          reinterpret_cast<long>(buffers_[static_cast<std::size_t>(argument.buffer)].bytes.data());
    }
  }
  const double* reals = fortran ? nullptr : scalars;
  const bool single = single_precision();
  const bool by_pointer = row_.cblas == 's' && !fortran;
  switch (by_pointer ? 'v' : row_.result) {
    case 'd':
      return {call_any<double>(function, integers, reals, single), 0};
    case 'f':
      return {call_any<float>(function, integers, reals, single), 0};
    case 'i':
      return {static_cast<double>(call_any<int>(function, integers, reals, single)), 0};
    case 'r':
      if (single) return {call_any<float>(function, integers, reals, single), 0};
      return {call_any<double>(function, integers, reals, single), 0};
    case 'z':
      if (single) return split(call_any<__complex__ float>(function, integers, reals, single));
      return split(call_any<__complex__ double>(function, integers, reals, single));
    default:
      call_any<void>(function, integers, reals, single);
      return {};
  }
}

}  // namespace sweep
