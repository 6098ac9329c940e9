// SPDX-License-Identifier: BSD-3-Clause
// The OpenMP runtime that the backends brought, seen through the functions that they themselves are
// bound to. Nothing here links to a runtime. Filled once, while backends are loaded.
#pragma once

namespace switchblas::backend {

struct OpenMp {
  int (*get_max_threads)() = nullptr;  ///< the calling thread's ICV, about 1.4 ns
  void (*set_num_threads)(int) = nullptr;
  int (*in_parallel)() = nullptr;
  int (*get_dynamic)() = nullptr;
  int (*get_thread_limit)() = nullptr;
  int (*get_proc_bind)() = nullptr;
  int (*get_num_procs)() = nullptr;

  bool usable() const {
    return get_max_threads != nullptr && set_num_threads != nullptr && in_parallel != nullptr;
  }
};

/// The functions of the runtime that the library behind `handle` is bound to; unusable where it has
/// none.
OpenMp openmp_of(void* handle) noexcept;

}  // namespace switchblas::backend
