// SPDX-License-Identifier: BSD-3-Clause
// What the verbs on tables share: where tables are looked for, one that is opened from any of its
// forms, and how arms are written. No state of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "catalogue/routines.h"
#include "machine/cpu.h"
#include "table/format.h"

namespace switchblas::cli {

/// The files that are asked on this machine, in their order. `file` is --table's, or "".
std::vector<std::string> table_files(const std::string& file, const base::Options& variables,
                                     const machine::Cpu& cpu);

/// The environment's options as the library reads them.
base::Options own_options();

/// A compiled table, mapped, or a source that was compiled in memory. Ends with a Failure if it is
/// neither.
class OpenedTable {
 public:
  /// The path of a file (*.toml: a source), or the name of a built-in table.
  explicit OpenedTable(const std::string& word);
  ~OpenedTable();
  OpenedTable(const OpenedTable&) = delete;
  OpenedTable& operator=(const OpenedTable&) = delete;

  const std::string& path() const { return path_; }
  bool is_source() const { return !text_.empty(); }
  const std::string& text() const { return text_; }  ///< of a source
  const table::Header& table() const { return *table_; }

 private:
  std::string path_;
  std::string text_;
  std::vector<std::uint64_t> image_;  // of a source, aligned as Header is
  const table::Header* table_ = nullptr;
};

/// The catalogue's routine that a row is for; nullptr where the row has another form than this
/// build knows, so that the library does not use it.
const catalogue::RoutineInfo* routine_of(const table::RoutineRow& row);

/// Adds a word to a list in words.
void add_word(std::string& list, const std::string& word, const char* between = ", ");

/// Words between commas.
std::vector<std::string> names_in(const char* list);

/// As the source form has it: "blis*all@8".
std::string arm_source(const table::Step& step);
/// The same for all steps, with commas; in quotes if `quoted`.
std::string ladder_source(const table::Ladder& ladder, bool quoted);

/// "transa N, transb T", or "" where the routine has one variant only.
std::string variant_name(const catalogue::RoutineInfo& routine, int variant);

/// Number of cells in one variant of a routine.
std::size_t cell_count(int dims);

// The verbs.
int list_tables(bool json);
int show_table(const std::string& word, bool json);
int diff_tables(const std::string& first, const std::string& second, bool json);

}  // namespace switchblas::cli
