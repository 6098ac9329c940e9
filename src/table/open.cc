// SPDX-License-Identifier: BSD-3-Clause
#include "table/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table/checksum.h"
#include "table/find.h"

namespace switchblas::table {
namespace {

// The file is the memory image of these structures.
static_assert(sizeof(Header) == 184 && sizeof(RoutineRow) == 88 && sizeof(Ladder) == 68);
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

bool terminated(const char* text, std::size_t size) { return memchr(text, '\0', size) != nullptr; }

/// Whether `count` things of `size` bytes at `offset` lie behind the header and inside the file.
bool inside(const Header& table, std::uint32_t offset, std::uint64_t count, std::size_t size,
            std::size_t alignment) {
  return offset >= sizeof(Header) && offset % alignment == 0 &&
         offset + count * size <= table.file_bytes;
}

bool ladder_sound(const Ladder& ladder) {
  if (ladder.count < 1 || ladder.count > kMaxSteps || ladder.steps[0].min_cap != 1) return false;
  for (std::uint32_t i = 0; i < ladder.count; ++i) {
    const Step& step = ladder.steps[i];
    if (step.backend >= kBackendKinds || step.plan != 0) return false;
    if (i > 0 && step.min_cap <= ladder.steps[i - 1].min_cap) return false;
  }
  return true;
}

std::size_t grid_bytes(const RoutineRow& row) {
  std::size_t count = 1;
  for (int i = 0; i < row.dims; ++i) count *= static_cast<std::size_t>(bins(row.dims));
  return count;
}

bool row_sound(const Header& table, const RoutineRow& row) {
  if (!terminated(row.name, sizeof row.name) || row.name[0] == '\0') return false;
  if (row.dims < 1 || row.dims > kMaxDims || row.variants < 1 || row.variants > kMaxVariants)
    return false;
  if (row.provenance >= table.provenances) return false;
  for (int variant = 0; variant < row.variants; ++variant)
    if (!inside(table, row.grid[variant], grid_bytes(row), 1, 1)) return false;
  return true;
}

bool rows_sound(const Header& table) {
  const RoutineRow* row = rows(table);
  for (std::uint32_t i = 0; i < table.routines; ++i) {
    if (!row_sound(table, row[i])) return false;
    if (i > 0 && strcmp(row[i - 1].name, row[i].name) >= 0) return false;
  }
  return true;
}

/// Rows share grids, so each byte is looked at once instead of once per row: all that stands from
/// the first grid to the last must be cells.
bool cells_sound(const Header& table) {
  std::size_t first = table.file_bytes;
  std::size_t end = 0;
  for (std::uint32_t i = 0; i < table.routines; ++i) {
    const RoutineRow& row = rows(table)[i];
    for (int variant = 0; variant < row.variants; ++variant) {
      const std::size_t grid = row.grid[variant];
      first = grid < first ? grid : first;
      end = grid + grid_bytes(row) > end ? grid + grid_bytes(row) : end;
    }
  }
  const std::uint8_t* cell = at_offset<std::uint8_t>(table, 0);
  // The largest of all, instead of a way out at the first bad one, is a loop that vectorises.
  std::uint8_t largest = 0;
  for (std::size_t at = first; at < end; ++at) largest = cell[at] > largest ? cell[at] : largest;
  return largest < table.ladders;
}

bool strings_sound(const Header& table) {
  if (!terminated(table.name, sizeof table.name) || !terminated(table.core, sizeof table.core) ||
      !terminated(table.openblas_version, sizeof table.openblas_version) ||
      !terminated(table.blis_version, sizeof table.blis_version))
    return false;
  if (!inside(table, table.provenance_offset, table.provenances, 1, 1)) return false;
  std::uint32_t at = table.provenance_offset;
  for (std::uint32_t i = 0; i < table.provenances; ++i) {
    const char* text = at_offset<char>(table, at);
    const void* end = memchr(text, '\0', table.file_bytes - at);
    if (end == nullptr) return false;
    at += static_cast<std::uint32_t>(static_cast<const char*>(end) - text) + 1;
  }
  return true;
}

bool sound(const Header& table) {
  if (table.ladders < 1 || table.ladders > kMaxLadders) return false;
  if (!inside(table, table.ladder_offset, table.ladders, sizeof(Ladder), alignof(Ladder)) ||
      !inside(table, table.routine_offset, table.routines, sizeof(RoutineRow), alignof(RoutineRow)))
    return false;
  const Ladder* ladder = ladders(table);
  for (std::uint32_t i = 0; i < table.ladders; ++i)
    if (!ladder_sound(ladder[i])) return false;
  return strings_sound(table) && rows_sound(table) && cells_sound(table);
}

OpenError error_of(int system_error) {
  return system_error == ENOENT || system_error == ENOTDIR ? OpenError::missing
                                                           : OpenError::unreadable;
}

}  // namespace

OpenError check_table(const void* bytes, std::size_t size) noexcept {
  if (size < sizeof(Header)) return OpenError::not_a_table;
  const Header& table = *static_cast<const Header*>(bytes);
  if (memcmp(table.magic, kMagic, sizeof kMagic) != 0) return OpenError::not_a_table;
  if (table.version != kVersion) return OpenError::version;
  if (table.file_bytes != size) return OpenError::size;
  if (checksum_of(bytes, size) != table.checksum) return OpenError::checksum;
  return sound(table) ? OpenError::none : OpenError::structure;
}

Opened open_table(const char* path) noexcept {
  // O_NONBLOCK: a FIFO given by mistake must not stop the program.
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return {nullptr, error_of(errno), errno};
  struct stat status;
  if (fstat(file, &status) != 0) {
    const Opened failed{nullptr, OpenError::unreadable, errno};
    close(file);
    return failed;
  }
  // A file above 4 GiB cannot say its own size.
  if (!S_ISREG(status.st_mode) || status.st_size < static_cast<off_t>(sizeof(Header)) ||
      status.st_size > static_cast<off_t>(UINT32_MAX)) {
    close(file);
    return {nullptr, OpenError::not_a_table, 0};
  }
  const std::size_t size = static_cast<std::size_t>(status.st_size);
  void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  const int map_error = errno;
  close(file);
  if (bytes == MAP_FAILED) return {nullptr, OpenError::unreadable, map_error};
  const OpenError error = check_table(bytes, size);
  if (error != OpenError::none) {
    munmap(bytes, size);
    return {nullptr, error, 0};
  }
  return {static_cast<const Header*>(bytes), OpenError::none, 0};
}

void close_table(const Header* table) noexcept {
  if (table != nullptr) munmap(const_cast<Header*>(table), table->file_bytes);
}

void open_message(const Opened& opened, const char* path, char* buffer, std::size_t size) noexcept {
  const char* again = "make it again with `switchblas table compile`";
  switch (opened.error) {
    case OpenError::none:
      snprintf(buffer, size, "%s is a sound table", path);
      break;
    case OpenError::missing:
      snprintf(buffer, size, "%s does not exist; make it with `switchblas table compile`", path);
      break;
    case OpenError::unreadable: {
      const char* why = strerrordesc_np(opened.system_error);
      snprintf(buffer, size, "%s cannot be read (%s)", path, why != nullptr ? why : "error");
      break;
    }
    case OpenError::not_a_table:
      snprintf(buffer, size, "%s is not a compiled table; make one with `switchblas table compile`",
               path);
      break;
    case OpenError::version:
      snprintf(buffer, size, "%s is of another format than version %u; %s", path, kVersion, again);
      break;
    case OpenError::size:
      snprintf(buffer, size, "%s is damaged (size); %s", path, again);
      break;
    case OpenError::checksum:
      snprintf(buffer, size, "%s is damaged (checksum); %s", path, again);
      break;
    case OpenError::structure:
      snprintf(buffer, size, "%s is damaged (content out of range); %s", path, again);
      break;
  }
}

}  // namespace switchblas::table
