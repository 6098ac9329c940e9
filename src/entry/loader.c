/* SPDX-License-Identifier: BSD-3-Clause */
/* libswitchblas-loader.so: its constructor makes the core load the backends.
 *
 * Whoever makes a first call dlopens this object, and so takes the loader lock before anything
 * else. A once-guard of our own would be taken first by one thread and second by another, one that
 * is in a library's constructor, holds the loader lock and calls BLAS: a deadlock. */
void switchblas_core_load(void);

__attribute__((constructor)) static void load(void) { switchblas_core_load(); }
