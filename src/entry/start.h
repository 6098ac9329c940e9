// SPDX-License-Identifier: BSD-3-Clause
// From "loaded into a process" to "ready for calls": what the constructor does, what the first call
// does, and what the process runs on after.
#pragma once

#include "base/options.h"
#include "machine/cores.h"
#include "machine/cpu.h"
#include "table/format.h"

namespace switchblas::entry {

inline constexpr int kMaxTables = 4;

/// What the process runs on. Constant after the first call.
struct Setting {
  base::Options options{};
  machine::Cpu cpu{};
  machine::Cores cores{};
  char folder[4096] = {};  ///< of the core: our libblas.so.3, the loader object, tables/
  const table::Header* tables[kMaxTables] = {};  ///< in the order in which they are asked
  char table_paths[kMaxTables][4096] = {};
  int table_count = 0;
};
const Setting& setting() noexcept;

/// Loads the backends unless that has been done. False where it is being done by this very thread.
bool ensure_loaded() noexcept;

}  // namespace switchblas::entry
