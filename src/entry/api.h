// SPDX-License-Identifier: BSD-3-Clause
// The functions behind the C API (switchblas.h) and behind those names of the backends' own APIs
// that callers use: they speak for the process as a whole, whichever backend a call goes to.
#pragma once

#include <cstddef>
#include <cstdint>

namespace switchblas::entry {

const char* api_switchblas_version();
int api_switchblas_get_num_threads();
void api_switchblas_set_num_threads(int threads);
int api_switchblas_get_num_threads_limit();
void api_switchblas_set_num_threads_local(int threads);
int api_switchblas_get_num_threads_local();
int api_switchblas_set_backend(const char* name);
const char* api_switchblas_get_backend();
void api_switchblas_set_reproducible(int on);
int api_switchblas_get_reproducible();
std::size_t api_switchblas_explain(const char* routine, const char* flags, const long long* sizes,
                                   int count, char* buffer, std::size_t size);
std::size_t api_switchblas_report(char* buffer, std::size_t size);

int api_openblas_get_num_threads();
void api_openblas_set_num_threads(int threads);
char* api_openblas_get_config();
char* api_openblas_get_corename();
int api_openblas_get_parallel();

std::int64_t api_bli_thread_get_num_threads();
void api_bli_thread_set_num_threads(std::int64_t threads);

}  // namespace switchblas::entry
