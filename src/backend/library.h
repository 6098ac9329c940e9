// SPDX-License-Identifier: BSD-3-Clause
// One backend that is loaded, or why it is not. Filled while backends are loaded (load.h), constant
// after.
#pragma once

#include "backend/kind.h"

namespace switchblas::backend {

struct Library {
  void* handle = nullptr;   ///< BLAS (and for OpenBLAS LAPACK); nullptr: not loaded
  void* lapack = nullptr;   ///< reference only: its LAPACK
  const char* path = "";    ///< file of `handle`
  char version[32] = "";    ///< "0.3.21"
  char kernel[32] = "";     ///< core or sub-configuration that runs, "" if it has none
  char automatic[32] = "";  ///< what the library would have chosen by itself, "" if not known
  const char* why = "";     ///< why this kernel
  int max_threads = 1;      ///< most threads that this build can use
  bool threaded = false;    ///< whether it may start threads
  bool shared = false;      ///< the program had it before us, and may call it directly
};

}  // namespace switchblas::backend
