// SPDX-License-Identifier: BSD-3-Clause
#include "table/locate.h"

#include <stdio.h>

namespace switchblas::table {
namespace {

#if defined(__x86_64__)
constexpr char kGeneric[] = "generic-x86-64";
#else
constexpr char kGeneric[] = "generic-arm64";
#endif

}  // namespace

bool user_table(const char* home, const char* xdg_config_home, char (&path)[kPathSize]) noexcept {
  if (xdg_config_home != nullptr && xdg_config_home[0] != '\0') {
    snprintf(path, kPathSize, "%s/switchblas/table.sbt", xdg_config_home);
  } else if (home != nullptr && home[0] != '\0') {
    snprintf(path, kPathSize, "%s/.config/switchblas/table.sbt", home);
  } else {
    return false;
  }
  return true;
}

int table_paths(const TablePlaces& places, char (&paths)[kMaxTablePaths][kPathSize]) noexcept {
  int count = 0;
  if (places.option != nullptr && !places.secure)
    snprintf(paths[count++], kPathSize, "%s", places.option);
  if (!places.secure && user_table(places.home, places.xdg_config_home, paths[count])) ++count;
  snprintf(paths[count++], kPathSize, "%s", kSystemTable);
  if (places.core_type != nullptr && places.core_type[0] != '\0') {
    snprintf(paths[count++], kPathSize, "%s/tables/%s.sbt", places.folder, places.core_type);
  }
  snprintf(paths[count++], kPathSize, "%s/tables/%s.sbt", places.folder, kGeneric);
  return count;
}

}  // namespace switchblas::table
