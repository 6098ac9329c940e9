// SPDX-License-Identifier: BSD-3-Clause
#include "shapes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <set>
#include <tuple>

namespace switchblas::bench {
namespace {

constexpr double kMaxBytes = 256e6;
constexpr int kLongestVector = 1 << 21;
constexpr int kThin[] = {4, 16, 64};

/// 2, 3, 4, 6, 8, 12, ...: where the bins of a table begin; and the middles of the larger bins,
/// which are not multiples of a power of two as the bounds are.
std::vector<int> ladder(int max) {
  std::vector<int> sizes;
  for (int octave = 2; octave <= max; octave *= 2) {
    for (double x : {octave * 1., octave * 1.5}) {
      sizes.push_back(static_cast<int>(x));
      if (octave >= 16) sizes.push_back(static_cast<int>(x * (x == octave ? 1.225 : 1.155)));
    }
  }
  std::erase_if(sizes, [max](int x) { return x > max; });
  return sizes;
}

using Sides = std::vector<int>;  // one size per dimension of the family

void add_skinny(std::vector<Sides>& to, std::size_t dims, int max) {
  for (std::size_t at = 0; dims > 1 && at < dims; ++at) {
    for (int thin : kThin) {
      for (int size = 64; size <= max; size *= 2) {
        Sides sides(dims, size);  // one dimension thin
        sides[at] = thin;
        to.push_back(sides);
        if (dims < 3 || size < 256) continue;
        std::fill(sides.begin(), sides.end(), thin);  // all but one thin
        sides[at] = size;
        to.push_back(sides);
      }
    }
  }
}

void add_random(std::vector<Sides>& to, std::size_t dims, int max, int count,
                std::mt19937_64& generator) {
  std::uniform_real_distribution<double> exponent(1, std::log2(max));
  for (int i = 0; i < count; ++i) {
    Sides sides;
    for (std::size_t d = 0; d < dims; ++d) {
      sides.push_back(static_cast<int>(std::exp2(exponent(generator))));
    }
    to.push_back(sides);
  }
}

double guess_ns(const Case& c) {
  double flops = c.family->flops(c.flags, c.shape) * (c.type >= 2 ? 4 : 1);
  if (c.type % 2 == 0) flops /= 2;
  const double per_ns = c.family->level < 3 ? 4 : 40;
  return 100 + flops / per_ns;
}

bool wanted(const Selection& selection, const Family& family, std::size_t type) {
  const char* routine = family.routines[type];
  if (routine == nullptr || selection.types.find(Problem::kTypes[type]) == std::string::npos) {
    return false;
  }
  if (selection.routines.empty()) return true;
  return std::any_of(selection.routines.begin(), selection.routines.end(),
                     [&](const std::string& r) { return r == family.name || r == routine; });
}

void add_cases(std::vector<Case>& cases, const Selection& selection, const Family& family,
               std::size_t type, std::mt19937_64& generator) {
  const std::size_t dims = std::strlen(family.dims);
  for (const std::string& flags : flag_combinations(family)) {
    const int max = family.level == 1 ? kLongestVector : selection.max_size;
    std::vector<Sides> all;
    for (int size : ladder(max)) all.push_back(Sides(dims, size));
    add_skinny(all, dims, max);
    if (dims > 1) add_random(all, dims, max, selection.random_shapes, generator);
    std::set<Sides> seen;
    for (const Sides& sides : all) {
      if (!seen.insert(sides).second) continue;
      Shape shape;
      for (std::size_t d = 0; d < dims; ++d) {
        const char name = family.dims[d];
        (name == 'm' ? shape.m : name == 'n' ? shape.n : shape.k) = sides[d];
      }
      const int type_number = static_cast<int>(type);
      if (Problem::bytes(family, type_number, flags, shape) > kMaxBytes) continue;
      Case c{&family, type_number, flags, shape, 0};
      c.guessed_ns = guess_ns(c);
      cases.push_back(c);
    }
  }
}

}  // namespace

std::vector<Case> make_cases(const Selection& selection) {
  std::mt19937_64 generator(selection.seed);
  std::vector<Case> cases;
  for (const Family& family : families()) {
    for (std::size_t type = 0; type < 4; ++type) {
      if (wanted(selection, family, type)) add_cases(cases, selection, family, type, generator);
    }
  }
  std::shuffle(cases.begin(), cases.end(), generator);
  // Sorted by half octaves of cost only: neighbours in time are then different routines.
  std::stable_sort(cases.begin(), cases.end(), [](const Case& x, const Case& y) {
    return std::floor(2 * std::log2(x.guessed_ns)) < std::floor(2 * std::log2(y.guessed_ns));
  });
  return cases;
}

}  // namespace switchblas::bench
