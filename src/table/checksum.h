// SPDX-License-Identifier: BSD-3-Clause
// The checksum of a compiled table, for those who write it and those who check it.
// Pure function, safe from any thread. About 0.2 ns per byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "table/format.h"

namespace switchblas::table {

/// FNV-1a's step over the file's words of eight bytes, then over the bytes that are left;
/// Header::checksum counts as 0.
inline std::uint64_t checksum_of(const void* file, std::size_t size) noexcept {
  constexpr std::uint64_t kPrime = 0x100000001b3u;
  constexpr std::size_t kOwnWord = offsetof(Header, checksum) / sizeof(std::uint64_t);
  static_assert(offsetof(Header, checksum) % sizeof(std::uint64_t) == 0);
  const char* bytes = static_cast<const char*>(file);
  const std::size_t words = size / sizeof(std::uint64_t);
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (std::size_t i = 0; i < words; ++i) {
    std::uint64_t word = 0;
    if (i != kOwnWord) std::memcpy(&word, bytes + i * sizeof word, sizeof word);
    hash = (hash ^ word) * kPrime;
    hash ^= hash >> 32;  // a multiplication carries upwards only
  }
  for (std::size_t i = words * sizeof(std::uint64_t); i < size; ++i) {
    hash = (hash ^ static_cast<unsigned char>(bytes[i])) * kPrime;
  }
  return hash;
}

}  // namespace switchblas::table
