// SPDX-License-Identifier: BSD-3-Clause
#include "tune/shapes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace switchblas::tune {
namespace {

constexpr double kMaxBytes = 128e6;
constexpr int kLongest = 2048;
constexpr int kLongestVector = 1 << 21;
constexpr std::uint64_t kHeldOutSeed = 0x5eed0f5c02e5ULL;

/// A good mixer of 64 bits (splitmix64), the same on every machine.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

double unit(std::uint64_t x) { return static_cast<double>(mix(x) >> 11) * 0x1p-53; }

std::uint64_t hash_of(const Subject& subject) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const std::string& word : {std::string(subject.routine()), subject.flags}) {
    for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

int longest(const Subject& subject) {
  return subject.family->level == 1 ? kLongestVector : kLongest;
}

int size_at(const Subject& subject, double share) {
  const double exponent = 1 + share * (std::log2(longest(subject)) - 1);
  return std::max(2, static_cast<int>(std::lround(std::exp2(exponent))));
}

bool is_small_enough(const Subject& subject, const Sizes& sizes, double max_ns) {
  return guess_ns(subject, sizes) <= max_ns &&
         Problem::bytes(*subject.family, subject.type, subject.flags,
                        shape_of(*subject.family, sizes)) <= kMaxBytes;
}

Sizes cut(const Subject& subject, Sizes sizes, double max_ns) {
  while (!is_small_enough(subject, sizes, max_ns)) {
    const auto most = std::max_element(sizes.begin(), sizes.end());
    if (*most <= 2) break;
    const int before = *most;
    for (int& size : sizes) {
      if (size == before) size = std::max(2, static_cast<int>(size * 0.85));
    }
  }
  return sizes;
}

bool is_wanted(const Selection& selection, const Family& family, std::size_t type) {
  if (family.routines[type] == nullptr) return false;
  if (selection.types.find(Problem::kTypes[type]) == std::string::npos) return false;
  if (selection.routines.empty()) return true;
  return std::any_of(selection.routines.begin(), selection.routines.end(),
                     [&](const std::string& name) {
                       return name == family.name || name == family.routines[type];
                     });
}

bool is_known(const std::string& name) {
  return std::any_of(families().begin(), families().end(), [&](const Family& family) {
    return name == family.name ||
           std::any_of(family.routines.begin(), family.routines.end(),
                       [&](const char* routine) { return routine != nullptr && name == routine; });
  });
}

void check(const Selection& selection) {
  for (const std::string& name : selection.routines) {
    if (is_known(name)) continue;
    std::string all;
    for (const Family& family : families()) {
      all.append(all.empty() ? "" : ", ").append(family.name);
    }
    throw std::invalid_argument("'" + name + "' is not measured; families are " + all +
                                ", and routines have a type before that");
  }
  for (const char type : selection.types) {
    if (std::strchr(Problem::kTypes, type) == nullptr) {
      throw std::invalid_argument("types are some of s, d, c and z");
    }
  }
}

}  // namespace

int Subject::dims() const { return static_cast<int>(std::strlen(family->dims)); }

std::vector<Subject> make_subjects(const Selection& selection) {
  check(selection);
  std::vector<Subject> subjects;
  for (const Family& family : families()) {
    for (std::size_t type = 0; type < family.routines.size(); ++type) {
      if (!is_wanted(selection, family, type)) continue;
      for (const std::string& flags : flag_combinations(family)) {
        subjects.push_back({&family, static_cast<int>(type), flags});
      }
    }
  }
  return subjects;
}

Shape shape_of(const Family& family, const Sizes& sizes) {
  Shape shape;
  for (std::size_t d = 0; family.dims[d] != '\0'; ++d) {
    const char name = family.dims[d];
    (name == 'm' ? shape.m : name == 'n' ? shape.n : shape.k) = sizes[d];
  }
  return shape;
}

double guess_ns(const Subject& subject, const Sizes& sizes) {
  double flops = subject.family->flops(subject.flags, shape_of(*subject.family, sizes));
  if (subject.type >= 2) flops *= 4;
  if (subject.type % 2 == 0) flops /= 2;
  const double per_ns = subject.family->level < 3 ? 4 : 25;
  return 100 + flops / per_ns;
}

Sizes filling_point(const Subject& subject, std::uint64_t index, double max_ns) {
  // The additive sequence of the plastic numbers: even in one, two and three dimensions alike.
  constexpr double kSteps[3][3] = {{0.6180339887498949, 0, 0},
                                   {0.7548776662466927, 0.5698402909980532, 0},
                                   {0.8191725133961645, 0.6710436067037893, 0.5497004779019703}};
  const int dims = subject.dims();
  const std::uint64_t hash = hash_of(subject);
  const bool square = dims > 1 && index % 3 == 0;
  Sizes sizes{};
  for (int d = 0; d < dims; ++d) {
    const int axis = square ? 0 : d;
    const double step = square ? kSteps[0][0] : kSteps[dims - 1][d];
    const double begin = unit(hash + static_cast<std::uint64_t>(axis));
    const double at = begin + step * static_cast<double>(square ? index / 3 : index);
    sizes[static_cast<std::size_t>(d)] = size_at(subject, at - std::floor(at));
  }
  return cut(subject, sizes, max_ns);
}

Sizes held_out_point(const Subject& subject, std::uint64_t index, double max_ns) {
  const std::uint64_t seed = mix(hash_of(subject) ^ kHeldOutSeed) + 3 * index;
  Sizes sizes{};
  for (int d = 0; d < subject.dims(); ++d) {
    sizes[static_cast<std::size_t>(d)] =
        size_at(subject, unit(seed + static_cast<std::uint64_t>(d)));
  }
  return cut(subject, sizes, max_ns);
}

Placement placement_of(const Subject& subject, const Sizes& sizes) {
  std::uint64_t seed = hash_of(subject);
  for (const int size : sizes) seed = mix(seed ^ static_cast<std::uint64_t>(size));
  if (seed % 2 == 0) return {0, 2};  // 16 bytes from a line's start or more, as malloc gives
  return {static_cast<int>(seed / 2 % 37), static_cast<int>(seed / 128 % 8)};
}

}  // namespace switchblas::tune
