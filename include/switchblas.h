/* SPDX-License-Identifier: BSD-3-Clause */
/* The C API of Switchblas, exported by libswitchblas.so.0. BLAS, CBLAS and LAPACK keep their own
 * headers. */
#ifndef SWITCHBLAS_H
#define SWITCHBLAS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0". Constant. */
const char *switchblas_version(void);

/* The most threads that one call may use now, for the calling thread: the least of what the
 * environment, the program, OpenMP, the affinity mask and control groups allow. At least 1. */
int switchblas_get_num_threads(void);

/* Limits the whole process to `threads` per call from the next call on; 0 takes the limit away. It
 * can only lower what the environment and the machine allow. Any thread may call it. */
void switchblas_set_num_threads(int threads);

/* Writes what this process runs on (CPU, caps, backends with version, kernel and path, table) as
 * one JSON object with a terminating zero, cut to `size` bytes. Returns the length of the whole
 * text without the zero, like snprintf. Loads the backends if no call has done so yet. */
size_t switchblas_report(char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif
