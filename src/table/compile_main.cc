// SPDX-License-Identifier: BSD-3-Clause
// Build tool: switchblas-compile-table IN.toml OUT.sbt
#include <cstdio>
#include <exception>

#include "table/compile.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: switchblas-compile-table IN.toml OUT.sbt\n");
    return 2;
  }
  try {
    for (const std::string& warning : switchblas::table::compile_file(argv[1], argv[2]))
      std::fprintf(stderr, "warning: %s\n", warning.c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
