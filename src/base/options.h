// SPDX-License-Identifier: BSD-3-Clause
// The one table of environment variables and the values that they had when the core was loaded.
// Owns: names, defaults and meanings (README and --help are written from options_table()).
// Thread-safety: read_options() runs once, in the core's constructor; the result is constant after.
#pragma once

#include <cstddef>

namespace switchblas::base {

struct OptionInfo {
  const char* name;           ///< the environment variable
  const char* value;          ///< what it takes: "0|1", "FILE", "N", ...
  const char* default_value;  ///< in words
  const char* meaning;        ///< one sentence
};

/// All variables that Switchblas itself reads, in the order in which help shows them.
const OptionInfo* options_table(std::size_t& count) noexcept;

enum class BackendChoice { automatic, openblas, blis, reference, file };

struct Options {
  bool disable = false;  ///< SWITCHBLAS_DISABLE: everything to one library, untouched
  BackendChoice backend = BackendChoice::automatic;  ///< SWITCHBLAS_BACKEND
  const char* backend_file = nullptr;                ///< its path, where it names a library file
  const char* table_file = nullptr;                  ///< SWITCHBLAS_TABLE: a compiled table
  int verbose = 0;            ///< SWITCHBLAS_VERBOSE: 0 warnings only, 1 what was loaded
  int num_threads = 0;        ///< SWITCHBLAS_NUM_THREADS: 0 = no limit of ours
  bool reproducible = false;  ///< SWITCHBLAS_REPRODUCIBLE: results do not depend on what else runs
  const char* off = nullptr;  ///< SWITCHBLAS_OFF: routines or families not routed, "dgemm,trsm"
  const char* openblas_file = nullptr;        ///< SWITCHBLAS_OPENBLAS: path of the OpenBLAS to load
  const char* blis_file = nullptr;            ///< SWITCHBLAS_BLIS
  const char* reference_blas_file = nullptr;  ///< SWITCHBLAS_REFERENCE_BLAS
  const char* reference_lapack_file = nullptr;  ///< SWITCHBLAS_REFERENCE_LAPACK
};

/// Reads the environment through `get` (std::getenv by default, a fake in tests). Variables are
/// ignored when `secure` (AT_SECURE) is true. A value that is not understood gives one warning that
/// says what is allowed, and the default. The strings belong to the environment: they are copied
/// into storage that lives as long as the process.
using GetEnv = const char* (*)(const char* name);
Options read_options(GetEnv get, bool secure) noexcept;

/// SWITCHBLAS_MACHINE_ROOT, for tests alone and so in no table: a directory whose /proc and /sys
/// stand for the machine when cores and limits are counted, so that teams of 8 and 64 threads can
/// be run on two cores. The kernels are still chosen for the CPU that is really there. "" where it
/// is not set or `secure`; copied.
const char* read_machine_root(GetEnv get, bool secure) noexcept;

/// Whether `name` ("dgemm") or its family ("gemm") is in the comma-separated list `list`.
bool listed(const char* list, const char* name) noexcept;

}  // namespace switchblas::base
