// SPDX-License-Identifier: BSD-3-Clause
// The compiled table: a small little-endian file that the library maps read-only. Offsets are in
// bytes from the start of the file; every one of them is checked once, when the file is opened
// (open.h).
//
// A routine has one grid of cells per variant (combination of flags). A cell is one byte: the index
// of a ladder. A ladder is the best arm for every cap: steps in rising order of min_cap; the step
// that holds is the last one whose min_cap is not above the cap of the moment. Equal grids are
// stored once.
#pragma once

#include <cstdint>

#include "backend/kind.h"

namespace switchblas::table {

inline constexpr char kMagic[8] = {'S', 'W', 'B', 'T', 'A', 'B', 'L', 'E'};
inline constexpr std::uint32_t kVersion = 1;
inline constexpr int kMaxSteps = 8;  // arms of one ladder
inline constexpr int kMaxLadders = 256;
inline constexpr int kMaxDims = 3;
inline constexpr int kMaxVariants = 16;
/// Bins per dimension: half octaves (1, 1.5, 2, 3, 4, 6, 8, 12, ...); the last bin holds all above.
inline constexpr int kBins1 = 64;
inline constexpr int kBins2 = 32;
inline constexpr int kBins3 = 28;
constexpr int bins(int dims) { return dims == 1 ? kBins1 : dims == 2 ? kBins2 : kBins3; }

using BackendKind = backend::Kind;
inline constexpr int kBackendKinds = backend::kKinds;

struct Step {
  std::uint16_t min_cap;  // 1 for the first step
  std::uint16_t threads;  // 0: as many as the cap
  std::uint8_t backend;   // BackendKind
  std::uint8_t plan;      // 0: direct; other plans later
  std::uint16_t reserved;
};
struct Ladder {
  std::uint32_t count;
  Step steps[kMaxSteps];
};
struct RoutineRow {
  char name[16];             // "dgemm", zero padded; rows are sorted by name
  std::uint8_t dims;         // 1, 2 or 3
  std::uint8_t variants;     // 1..kMaxVariants, as the catalogue says for the routine's pattern
  std::uint16_t provenance;  // index into the provenance strings
  std::uint32_t reserved;
  std::uint32_t grid[kMaxVariants];  // offset of each variant's cells: bins(dims)^dims bytes, first
                                     // dimension outermost
};
struct Header {
  char magic[8];
  std::uint32_t version;
  std::uint32_t file_bytes;
  std::uint64_t checksum;  // of all other bytes of the file (checksum.h)
  std::uint32_t routines;  // number of rows
  std::uint32_t routine_offset;
  std::uint32_t ladders;
  std::uint32_t ladder_offset;
  std::uint32_t provenances;  // zero-terminated strings one after the other
  std::uint32_t provenance_offset;
  char name[32];        // "generic-x86-64"
  char core[32];        // CPU core type that it was made for, "" = any
  std::uint32_t cores;  // core count that it was made for, 0 = any
  std::uint32_t reserved;
  char openblas_version[32];  // versions that it was made with, "" = not known
  char blis_version[32];
};

using Ints = int __attribute__((vector_size(16)));
using Floats = float __attribute__((vector_size(16)));

/// Bins of four sizes at once: 2 * floor(log2 x) + the next bit of x, which stand at the head of x
/// as a float; x < 1 counts as 1.
inline Ints bins_of(Floats x, int count) {
  using Shorts = short __attribute__((vector_size(16)));  // SSE2 has a least and a most of these
  const Ints head = (reinterpret_cast<Ints>(x) >> 22) - 254;
  const Shorts b = reinterpret_cast<Shorts>(head);
  const Shorts first{};
  const Shorts last = reinterpret_cast<Shorts>(Ints{} + (count - 1));
  const Shorts from_first = b > first ? b : first;
  return reinterpret_cast<Ints>(from_first < last ? from_first : last);
}

/// The same for one size.
inline int bin(float x, int count) {
  std::int32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const int b = (bits >> 22) - 254;
  const int from_first = b > 0 ? b : 0;
  return from_first < count - 1 ? from_first : count - 1;
}

}  // namespace switchblas::table
