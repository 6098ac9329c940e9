// SPDX-License-Identifier: BSD-3-Clause
// The kinds of backend that a table can name.
#pragma once

#include <cstdint>

namespace switchblas::backend {

/// `other` is a library that the user names (SWITCHBLAS_BACKEND=FILE).
enum class Kind : std::uint8_t { openblas = 0, blis = 1, reference = 2, other = 3 };
inline constexpr int kKinds = 4;

constexpr const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::openblas:
      return "openblas";
    case Kind::blis:
      return "blis";
    case Kind::reference:
      return "reference";
    case Kind::other:
      return "other";
  }
  return "?";
}

}  // namespace switchblas::backend
