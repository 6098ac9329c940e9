// SPDX-License-Identifier: BSD-3-Clause
// One call of the sweep: arguments made from a seed, kept in buffers, and handed to a routine by
// either interface. Two processes make the same case from the same seed. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweep_rows.h"

namespace sweep {

enum class Interface { fortran, cblas_column_major, cblas_row_major };

struct Buffer {
  char kind = 'd';       ///< f float, d double, i int
  bool compared = true;  ///< work space is not
  std::string name;
  std::vector<unsigned char> initial, bytes;
};

struct Result {
  double real = 0, imaginary = 0;
};

/// Longest list of integer arguments with hidden string lengths: gemmt has 13 and 3.
inline constexpr int kMaxArguments = 18;

class Case {
 public:
  Case(const Row& row, const std::string& name, char type, Interface interface, int index);

  Result call(void* function);
  std::string describe() const { return description_; }
  const std::vector<Buffer>& buffers() const { return buffers_; }
  bool single_precision() const { return type_ == 's' || type_ == 'c'; }
  int size() const { return largest_; }

 private:
  using Random = std::uint64_t;

  double next();
  int pick(int count) { return static_cast<int>((next() * 0.5 + 0.5) * count) % count; }
  bool complex() const { return type_ == 'c' || type_ == 'z'; }
  void choose_sizes(int index);
  void add_argument(const std::string& token);
  bool add_character(const std::string& token);
  bool add_size(const std::string& token);
  bool add_scalar(const std::string& token);
  void add_array(const std::string& token);
  void add_integer(int value, const std::string& token);
  void add_buffer(const std::string& token, char kind, std::size_t count);
  void shape_matrix(Buffer& buffer, const std::string& token);
  std::size_t diagonal_index(char storage, int i) const;
  bool upper_storage() const {
    return (uplo_ == 'U') != (interface_ == Interface::cblas_row_major);
  }
  void set(Buffer& buffer, std::size_t index, double value);

  const Row& row_;
  char type_;
  Interface interface_;
  Random state_;
  std::string description_;
  int m_ = 0, n_ = 0, k_ = 0, kl_ = 0, ku_ = 0, largest_ = 1, lda_ = 1;
  int increment_ = 1;
  char uplo_ = 'U';
  int characters_ = 0;
  bool with_nan_ = false;
  std::vector<Buffer> buffers_;
  // What an argument is until the call, when the buffers no longer move.
  struct Argument {
    char how;        ///< p pointer to buffer, i integer by value, s real scalar by value (CBLAS)
    int buffer = 0;  ///< where the value lies for Fortran
    long value = 0;
    double scalar = 0;
  };
  std::vector<Argument> arguments_;
};

}  // namespace sweep
