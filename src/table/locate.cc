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

int table_paths(const TablePlaces& places, char (&paths)[kMaxTablePaths][kPathSize]) noexcept {
  int count = 0;
  if (places.option != nullptr && !places.secure)
    snprintf(paths[count++], kPathSize, "%s", places.option);
  if (!places.secure && places.xdg_config_home != nullptr && places.xdg_config_home[0] != '\0') {
    snprintf(paths[count++], kPathSize, "%s/switchblas/table.sbt", places.xdg_config_home);
  } else if (!places.secure && places.home != nullptr && places.home[0] != '\0') {
    snprintf(paths[count++], kPathSize, "%s/.config/switchblas/table.sbt", places.home);
  }
  snprintf(paths[count++], kPathSize, "/etc/switchblas/table.sbt");
  if (places.core_type != nullptr && places.core_type[0] != '\0') {
    snprintf(paths[count++], kPathSize, "%s/tables/%s.sbt", places.folder, places.core_type);
  }
  snprintf(paths[count++], kPathSize, "%s/tables/%s.sbt", places.folder, kGeneric);
  return count;
}

}  // namespace switchblas::table
