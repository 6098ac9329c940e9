// SPDX-License-Identifier: BSD-3-Clause
// Where the command and the library that belongs to it lie: found from the command's own place, so
// that the build tree, an installed tree and a moved tree work alike. No state.
#pragma once

#include <filesystem>

namespace switchblas::cli {

/// The command's own file, links resolved.
std::filesystem::path own_file();

/// The folder of libswitchblas.so.0.
std::filesystem::path library_folder();

/// The folder of libblas.so.3, liblapack.so.3 and the tables, below it.
std::filesystem::path drop_in_folder();

/// libswitchblas.so.0; a Failure that names the path where it is missing.
std::filesystem::path preload_library();

}  // namespace switchblas::cli
