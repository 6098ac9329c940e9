// SPDX-License-Identifier: BSD-3-Clause
#include "threads/caps.h"

#include <stdlib.h>

#include <initializer_list>

namespace switchblas::threads {
namespace {

constinit backend::OpenMp openmp;
int fixed_limit = 1;
int program_limit = 0;  // atomic access
bool forked = false;
__thread int own_limit __attribute__((tls_model("initial-exec"))) = 0;

// libgomp's answer where OMP_THREAD_LIMIT is not set is the largest int.
constexpr int kNoThreadLimit = 0x7fffffff;

int smaller(int a, int b) { return a < b ? a : b; }

/// A positive number in the environment is a limit; anything else is left to the library that it is
/// meant for.
int limit_in(const char* name, int otherwise) {
  const char* text = getenv(name);
  const int number = text != nullptr ? atoi(text) : 0;
  return number > 0 ? smaller(number, otherwise) : otherwise;
}

}  // namespace

void start_caps(const backend::OpenMp& omp, const base::Options& options,
                int usable_cores) noexcept {
  openmp = omp;
  fixed_limit = usable_cores;
  for (const char* name : {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "BLIS_NUM_THREADS"}) {
    fixed_limit = limit_in(name, fixed_limit);
  }
  if (options.num_threads > 0) fixed_limit = smaller(fixed_limit, options.num_threads);
}

int cap() noexcept {
  if (forked || !openmp.usable()) return 1;
  int n = smaller(openmp.get_max_threads(), fixed_limit);
  const int program = __atomic_load_n(&program_limit, __ATOMIC_RELAXED);
  if (program > 0) n = smaller(n, program);
  if (own_limit > 0) n = smaller(n, own_limit);
  if (n <= 1 || openmp.in_parallel() != 0) return 1;
  if (openmp.get_dynamic != nullptr && openmp.get_dynamic() != 0) return 1;
  // The limit counts the threads of all pools, the program's own too: a team may come out smaller
  // than was asked for, which hangs OpenBLAS and aborts BLIS.
  if (openmp.get_thread_limit != nullptr && openmp.get_thread_limit() < kNoThreadLimit) return 1;
  return n;
}

int highest_cap() noexcept { return fixed_limit; }

void set_limit(int threads) noexcept {
  __atomic_store_n(&program_limit, threads > 0 ? threads : 0, __ATOMIC_RELAXED);
}

int limit() noexcept { return __atomic_load_n(&program_limit, __ATOMIC_RELAXED); }

void set_thread_limit(int threads) noexcept { own_limit = threads > 0 ? threads : 0; }

int thread_limit() noexcept { return own_limit; }

void enter_forked_child() noexcept { forked = true; }

}  // namespace switchblas::threads
