// SPDX-License-Identifier: BSD-3-Clause
// A routine with operands of one shape, ready to be called on any backend. Every argument of a
// Fortran routine is a pointer, so one way of calling serves them all. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "tune/libraries.h"

namespace switchblas::tune {

struct Shape {
  int m = 0, n = 0, k = 0;  // 0: the routine has no such dimension
};

/// Where operands lie: real programs have columns that are longer than the matrix, and starts that
/// are aligned to nothing but what malloc gives, or to less.
struct Placement {
  int padding = 0;  // leading dimension above the number of rows
  int offset = 0;   // of the first element from a cache line, in elements
};

struct Extent {
  long rows = 0, columns = 0;
};
struct Extents {
  Extent a, b, c;
};

/// dominant: diagonal n, for factorisations; triangular: unit diagonal and little beside it, so
/// that a product or solution in place can be repeated without under- or overflow.
enum class Content { random, dominant, triangular };
enum class Result { none, real, complex, index };

struct Family {
  const char* name;
  std::array<const char*, 4> routines;  // of the types s, d, c, z; null where there is none
  const char* dims;                     // "mnk", "nk", ...
  const char* flags;                    // "transa=NT,transb=NT": the flags that are varied
  const char* arguments;                // in order, as Problem::argument() knows them
  int level;                            // 1, 2, 3, or 4 for LAPACK
  Extents (*extents)(const std::string& flags, const Shape& shape);
  double (*flops)(const std::string& flags, const Shape& shape);  // of the real routine
  Content a = Content::random, c = Content::random;
  Result result = Result::none;
};

/// Diagonals above and below the main one of a band matrix of this shape.
int band_of(const Shape& shape);

/// All families that are measured.
const std::vector<Family>& families();
/// Every combination of the family's flags, one letter per flag: "NN", "NT", ...
std::vector<std::string> flag_combinations(const Family& family);
/// "transa=N transb=T", as tables name them.
std::string flag_text(const Family& family, const std::string& flags);

class Problem {
 public:
  static constexpr char kTypes[] = "sdcz";
  Problem(const Family& family, int type, const std::string& flags, const Shape& shape,
          const Placement& placement = {});

  /// Sizes the off-diagonal part of triangular operands: 1 makes an error in them visible, a tiny
  /// value lets them be applied many times.
  void fill(double off_diagonal);
  /// Puts the operands back that calls change.
  void restore();
  void call(Function function);
  /// Calls and keeps what came out, for deviation().
  void call_and_keep(Function function, std::vector<char>& kept);
  /// Largest difference of two results, relative to the largest element and the rounding unit times
  /// the length of the sums; up to a few tens is rounding.
  double deviation(const std::vector<char>& x, const std::vector<char>& y) const;

  static double bytes(const Family& family, int type, const std::string& flags, const Shape& shape);

 private:
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  struct Operand {
    Extent extent;
    long leading = 1;
    std::size_t bytes = 0;
    std::unique_ptr<char, Free> memory, original;
    char* data = nullptr;  // in memory
  };
  void allocate(Operand& operand, Extent extent);
  void fill(Operand& operand, Content content, double off_diagonal, std::size_t offset);
  template <class T>
  void fill_as(Operand& operand, Content content, double off_diagonal, std::size_t offset);
  void* argument(const std::string& name);
  void set_scalars();

  const Family& family_;
  int type_;
  std::string flags_;
  Shape shape_;
  Placement placement_;
  Operand a_, b_, c_;
  int m_, n_, k_, lda_, ldb_, ldc_, inc_ = 1, band_ = 0, info_ = 0;
  std::vector<int> pivots_;
  std::array<char, 16> letters_{};
  int letter_count_ = 0;
  alignas(16) std::array<char, 16> alpha_{}, beta_{}, cosine_{}, sine_{};
  std::vector<void*> arguments_;
};

}  // namespace switchblas::tune
