// SPDX-License-Identifier: BSD-3-Clause
// Where tables are looked for, in the order in which they are asked: the one that the environment
// names, the user's, the system's, the built-in one for this core, the generic one for this
// architecture. Pure function, no file is touched.
#pragma once

namespace switchblas::table {

inline constexpr int kMaxTablePaths = 5;
inline constexpr int kPathSize = 4096;

struct TablePlaces {
  const char* option;           ///< SWITCHBLAS_TABLE, or nullptr
  const char* folder;           ///< the core's: built-in tables lie in its tables/
  const char* core_type;        ///< "neoverse-v1"; "" = not known
  const char* home;             ///< HOME, or nullptr
  const char* xdg_config_home;  ///< XDG_CONFIG_HOME, or nullptr
  bool secure;                  ///< AT_SECURE: no file of the user's
};

inline constexpr char kSystemTable[] = "/etc/switchblas/table.sbt";

/// The user's table, by HOME and XDG_CONFIG_HOME (nullptr or empty: not set); false where neither
/// says where it is.
bool user_table(const char* home, const char* xdg_config_home, char (&path)[kPathSize]) noexcept;

/// Fills `paths`; returns how many there are.
int table_paths(const TablePlaces& places, char (&paths)[kMaxTablePaths][kPathSize]) noexcept;

}  // namespace switchblas::table
