// SPDX-License-Identifier: BSD-3-Clause
// Fuzz target: opens bytes as a table, and where the checks let them pass reads all that a table
// can be asked for. Each input is tried as it is, and again with the magic, version, size and
// checksum put right, so that the checks behind these are reached.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>

#include "catalogue/routines.h"
#include "table/checksum.h"
#include "table/describe.h"
#include "table/find.h"
#include "table/flags.h"
#include "table/open.h"

namespace {

using namespace switchblas::table;
using switchblas::catalogue::RoutineInfo;

/// What the reads give is used, so that none is optimised away.
volatile std::uint64_t used = 0;

void use(std::uint64_t value) { used = used + value; }

/// What must hold of every table that passes the checks.
void require(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "table fuzz: %s\n", what);
  std::abort();
}

void read_ladder(const Ladder& ladder) {
  for (const int cap : {-1, 0, 1, 2, 7, 64, 65535, std::numeric_limits<int>::max()}) {
    const Step& step = step_for(ladder, cap);
    require(cap < 1 || step.min_cap <= cap, "a step holds below its least cap");
    use(step.threads + std::strlen(backend_name(step.backend)));
  }
}

constexpr float kSizes[] = {-1e30f, -1, 0, 1, 2, 5, 100, 4095, 1e6f, 3e9f, 1e30f};

std::uint8_t ladder_at(const std::uint8_t* cell, int dims, float m, float n, float k) {
  if (dims == 1) return cell1(cell, m);
  const Floats sizes{m, n, k, 0};
  return dims == 2 ? cell2(cell, sizes) : cell3(cell, sizes);
}

/// As calls do it.
void look_up(const Header& table, const RoutineRow& row) {
  for (int variant = 0; variant < row.variants; ++variant) {
    const std::uint8_t* cell = cells(table, row, variant);
    for (const float m : kSizes) {
      for (const float n : kSizes) {
        const std::uint8_t ladder = ladder_at(cell, row.dims, m, n, m);
        require(ladder < table.ladders, "a cell names no ladder");
        use(ladders(table)[ladder].count);
      }
    }
  }
}

/// As `switchblas explain` does it, with every combination of first and second letters.
void describe_all(const Header& table, const RoutineInfo& routine) {
  Flag flags[kMaxFlags];
  const int count = flags_of(routine, flags);
  const std::int64_t sizes[kMaxDims] = {1, 1000, std::numeric_limits<std::int64_t>::max()};
  for (int letters = 0; letters < 1 << count; ++letters) {
    char text[kMaxFlags + 1] = "";
    for (int i = 0; i < count; ++i) text[i] = flag_letters(flags[i])[(letters >> i) & 1];
    const Description found = describe(table, routine.name, text, sizes, routine.dim_count);
    if (found.error != DescribeError::none) continue;
    use(std::strlen(found.provenance));
    read_ladder(*found.ladder);
  }
}

void read_all(const Header& table) {
  use(std::strlen(table.name) + std::strlen(table.core) + std::strlen(table.openblas_version) +
      std::strlen(table.blis_version));
  for (std::uint32_t i = 0; i < table.ladders; ++i) read_ladder(ladders(table)[i]);
  // A file of megabytes may have thousands of rows; what is different of them shows in the first.
  for (std::uint32_t i = 0; i < std::min(table.routines, 64u); ++i) {
    const RoutineRow& row = rows(table)[i];
    require(find_row(table, row.name) == &row, "a row is not found by its name");
    use(std::strlen(provenance_of(table, row)));
    look_up(table, row);
  }
  for (const RoutineInfo& routine : switchblas::catalogue::kRoutines) {
    const RoutineRow* row = find_row(table, routine);
    if (row != nullptr) look_up(table, *row);
    if (row != nullptr || &routine == switchblas::catalogue::kRoutines) {
      describe_all(table, routine);
    }
  }
}

/// The image stands in a block of exactly its size: a byte read behind it is seen.
OpenError try_image(const std::uint8_t* data, std::size_t size, bool repaired) {
  const std::unique_ptr<std::uint8_t[]> image(new std::uint8_t[size]);
  if (size > 0) std::memcpy(image.get(), data, size);
  if (repaired && size >= sizeof(Header)) {
    Header header;
    std::memcpy(&header, image.get(), sizeof header);
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.version = kVersion;
    header.file_bytes = static_cast<std::uint32_t>(size);
    std::memcpy(image.get(), &header, sizeof header);
    header.checksum = checksum_of(image.get(), size);
    std::memcpy(image.get(), &header, sizeof header);
  }
  const OpenError error = check_table(image.get(), size);
  if (repaired) {
    require(error == OpenError::none || error == OpenError::structure,
            "a table with the right head is refused for its head");
  }
  if (error == OpenError::none) read_all(*reinterpret_cast<const Header*>(image.get()));
  return error;
}

void try_file(const std::uint8_t* data, std::size_t size, OpenError expected) {
  static const int kFile = memfd_create("table", 0);
  static char path[64];
  if (path[0] == '\0') std::snprintf(path, sizeof path, "/proc/self/fd/%d", kFile);
  require(ftruncate(kFile, 0) == 0 && pwrite(kFile, data, size, 0) == static_cast<ssize_t>(size),
          "the test's own file cannot be written");
  const Opened opened = open_table(path);
  require(opened.error == expected, "a file is judged otherwise than its bytes");
  require((opened.table != nullptr) == (opened.error == OpenError::none), "a result without error");
  char message[300];
  for (const std::size_t room : {std::size_t{1}, std::size_t{20}, sizeof message}) {
    open_message(opened, path, message, room);
    require(std::strlen(message) < room, "a message leaves its buffer");
  }
  close_table(opened.table);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(
    const std::uint8_t* data, std::size_t size) {
  try_file(data, size, try_image(data, size, false));
  if (size >= sizeof(Header)) try_image(data, size, true);
  return 0;
}
