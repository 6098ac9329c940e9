// SPDX-License-Identifier: BSD-3-Clause
#include "cli/install.h"

#include "cli/command.h"

namespace switchblas::cli {

namespace fs = std::filesystem;

fs::path own_file() { return fs::read_symlink("/proc/self/exe"); }

fs::path library_folder() {
  return (own_file().parent_path() / SWITCHBLAS_LIBDIR_FROM_BIN).lexically_normal();
}

fs::path drop_in_folder() { return library_folder() / "switchblas"; }

fs::path preload_library() {
  const fs::path file = library_folder() / "libswitchblas.so.0";
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    throw Failure(kFailed, "the library " + file.string() +
                               " is missing: install it beside the command, or build all targets");
  }
  return file;
}

}  // namespace switchblas::cli
