// SPDX-License-Identifier: BSD-3-Clause
#include "backend/openblas_limits.h"

#include "backend/elf.h"

namespace switchblas::backend {
namespace {

int none = 0;               // stands for what a library does not have
int* count = &none;         // blas_cpu_number: written by OpenBLAS without a lock
int* flag = &none;          // blas_is_num_threads_set_explicitly
int* maximum = &none;       // blas_omp_number_max
int count_when_loaded = 0;  // 0: the library has none
int maximum_when_loaded = 0;
int count_before = 0;   // of the call with threads in flight, 0 if there is none; atomic access
int count_of_call = 0;  // under the gate

int load(const int* value) { return __atomic_load_n(value, __ATOMIC_RELAXED); }
void store(int* value, int number) { __atomic_store_n(value, number, __ATOMIC_RELAXED); }

int* variable(void* handle, const char* name) {
  void* address = definition_in(handle, name);
  return address != nullptr ? static_cast<int*>(address) : &none;
}

}  // namespace

void start_openblas_limits(const Library& openblas) noexcept {
  if (openblas.handle == nullptr || !openblas.threaded) return;
  count = variable(openblas.handle, "blas_cpu_number");
  flag = variable(openblas.handle, "blas_is_num_threads_set_explicitly");
  maximum = variable(openblas.handle, "blas_omp_number_max");
  count_when_loaded = load(count);
  maximum_when_loaded = load(maximum);
}

void openblas_clear_flag() noexcept {
  if (load(flag) != 0) store(flag, 0);
}

bool openblas_has_flag() noexcept { return flag != &none; }

int openblas_limit() noexcept {
  if (count_when_loaded == 0) return 0;
  openblas_clear_flag();
  const int in_flight = __atomic_load_n(&count_before, __ATOMIC_ACQUIRE);
  const int now = in_flight != 0 ? in_flight : load(count);
  return now > 0 && now < count_when_loaded ? now : 0;
}

void openblas_before_threads(int threads) noexcept {
  openblas_clear_flag();
  if (load(maximum) != maximum_when_loaded) store(maximum, maximum_when_loaded);
  count_of_call = threads;
  store(&count_before, load(count));
}

void openblas_after_threads() noexcept {
  // Another number than the call's own is one that the program has set meanwhile.
  const int before = load(&count_before);
  if (before != 0 && load(count) == count_of_call) store(count, before);
  __atomic_store_n(&count_before, 0, __ATOMIC_RELEASE);
}

void openblas_in_child() noexcept { store(&count_before, 0); }

}  // namespace switchblas::backend
