// SPDX-License-Identifier: BSD-3-Clause
// What the table tests share: a small table in source form, its image in memory, the catalogue by
// name. For tests only; no shared state.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "catalogue/routines.h"
#include "table/compile.h"
#include "table/format.h"

namespace switchblas::table::testing {

inline constexpr const char* kSmallTable = R"([table]
name = "small"
core = "any-core"
cores = 4
openblas = "0.3.21"
blis = "0.9.0"

[[routines]]
names = ["ddot"]
provenance = "measured: in a test"
cells = [
  { n = [0, 1000], arms = ["openblas*1"] },
  { arms = ["openblas*1", "openblas*4", "openblas*all@16"] },
]

[[routines]]
names = ["dgemm", "dtrsm"]
provenance = "published: in a test"
cells = [
  { size = [0, 50], arms = ["openblas*1"] },
  { m = [0, 32], transa = "T", arms = ["reference*1"] },
  { most = [512], least = [0, 16], arms = ["blis*1", "blis*all"] },
  { arms = ["openblas*1", "blis*all"] },
]
)";

/// Bytes aligned as the structures need them, as a mapping is.
class Image {
 public:
  explicit Image(const std::string& bytes) : words_(bytes.size() / 8 + 1), size_(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(words_.data()));
  }
  const Header& table() const { return *reinterpret_cast<const Header*>(words_.data()); }
  const void* data() const { return words_.data(); }
  std::size_t size() const { return size_; }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_;
};

inline Image compiled(const std::string& source) {
  return Image(compile_table(source, "small.toml").bytes);
}

inline const catalogue::RoutineInfo& routine(const std::string& name) {
  for (const catalogue::RoutineInfo& info : catalogue::kRoutines)
    if (info.name == name) return info;
  throw std::invalid_argument(name);
}

}  // namespace switchblas::table::testing
