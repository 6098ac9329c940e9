/* SPDX-License-Identifier: BSD-3-Clause */
/* The C API of Switchblas, exported by libswitchblas.so.0 (link with -lswitchblas, or look the
 * names up with dlsym). BLAS, CBLAS and LAPACK keep their own headers. C89 but for `long long`.
 *
 * Every function may be called from any thread at any time, also before the first BLAS call. What
 * is set here holds from the next call on; it can only lower what the environment and the machine
 * allow. Nothing here is inherited through the environment; a forked child has what its parent had.
 */
#ifndef SWITCHBLAS_H
#define SWITCHBLAS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0". Constant. */
const char *switchblas_version(void);

/* ---- threads ---- */

/* The most threads that one call may use now, for the calling thread: the least of what the
 * environment, the program, OpenMP, the affinity mask and control groups allow. At least 1. Loads
 * the backends if no call has done so yet. */
int switchblas_get_num_threads(void);

/* Limits the whole process to `threads` per call; 0 or less takes the limit away. The same limit is
 * set by openblas_set_num_threads and bli_thread_set_num_threads, where those are ours. */
void switchblas_set_num_threads(int threads);

/* That limit as it was set; 0: none. */
int switchblas_get_num_threads_limit(void);

/* Limits calls of the calling thread alone; 0 or less takes the limit away. Of both limits the
 * lower one holds. */
void switchblas_set_num_threads_local(int threads);

/* That limit as it was set by this thread; 0: none. */
int switchblas_get_num_threads_local(void);

/* ---- routing ---- */

/* Sends every routed call of the process to one backend, where that has the routine: "openblas",
 * "blis" or "reference", in upper or lower case. "auto" or NULL: as SWITCHBLAS_BACKEND or the
 * tables say. Returns 0; -1, and nothing is changed, if the name is another one, if that backend is
 * not loaded in this process, or if SWITCHBLAS_DISABLE is set. Calls that are under way end where
 * they are. Loads the backends if no call has done so yet. */
int switchblas_set_backend(const char *name);

/* The name that was set last; "auto" if there was none. Constant text, not to be freed. */
const char *switchblas_get_backend(void);

/* Not 0: what else the process does at the same time changes no result. A call that finds another
 * one on several threads waits for it and then has its own thread count, where it would else run on
 * one thread at once. Results still differ between thread counts, machines and versions. */
void switchblas_set_reproducible(int on);

/* 0 or 1. */
int switchblas_get_reproducible(void);

/* ---- questions ---- */

/* Both write one JSON object with a terminating zero, cut to `size` bytes, and return the length of
 * the whole text without the zero, like snprintf (buffer may be NULL where size is 0). Both load
 * the backends if no call has done so yet. */

/* What this process runs on: CPU, caps, backends with version, kernel and path, tables, and what
 * was set with the functions above. */
size_t switchblas_report(char *buffer, size_t size);

/* Where a call would go if this thread made it now. `routine` is "dgemm"; `flags` has a letter for
 * each of its CHARACTER*1 arguments in their order ("NT"), NULL or "" for the first of each;
 * `sizes` are its `count` sizes in their order (m, n, k). The object has the members that
 * `switchblas explain --json` prints, as far as they apply: "arm" {"backend", "threads"}, "cap",
 * "table" (null where no table decides), "provenance", "cell", "ladder"; "why" says in words what
 * decided, and "limits", "forced_backend" and "reproducible" what the program has set. "threads" is
 * the most that the call may use: a backend may take fewer for a small call, and while another call
 * of the process is on several threads this one gets one thread (unless reproducible). A call that
 * is not understood gives "error", and with "takes" what the routine wants, where it is known. */
size_t switchblas_explain(const char *routine, const char *flags, const long long *sizes, int count,
                          char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif
