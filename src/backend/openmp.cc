// SPDX-License-Identifier: BSD-3-Clause
#include "backend/openmp.h"

#include <dlfcn.h>

#include "backend/elf.h"

namespace switchblas::backend {
namespace {

template <class F>
F function(void* handle, const char* name) {
  return reinterpret_cast<F>(dlsym(handle, name));
}

}  // namespace

OpenMp openmp_of(void* handle) noexcept {
  OpenMp omp;
  // The import shows the runtime that the library really calls, where a program has two of them.
  void* imported = import_of(handle, "omp_get_max_threads");
  if (imported == nullptr) imported = import_of(handle, "GOMP_parallel");
  Dl_info info{};
  if (imported == nullptr || dladdr(imported, &info) == 0) return omp;
  void* runtime = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  if (runtime == nullptr) return omp;
  omp.get_max_threads = function<int (*)()>(runtime, "omp_get_max_threads");
  omp.set_num_threads = function<void (*)(int)>(runtime, "omp_set_num_threads");
  omp.in_parallel = function<int (*)()>(runtime, "omp_in_parallel");
  omp.get_dynamic = function<int (*)()>(runtime, "omp_get_dynamic");
  omp.get_thread_limit = function<int (*)()>(runtime, "omp_get_thread_limit");
  omp.get_proc_bind = function<int (*)()>(runtime, "omp_get_proc_bind");
  omp.get_num_procs = function<int (*)()>(runtime, "omp_get_num_procs");
  return omp;
}

}  // namespace switchblas::backend
