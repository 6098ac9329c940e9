// SPDX-License-Identifier: BSD-3-Clause
// OpenBLAS's buffers, one per thread. Most of its calls take a buffer and give it back, each under
// a spin lock of that buffer; a child that is forked while another thread holds such a lock
// inherits it for good, and spins in it. So its imports of blas_memory_alloc and blas_memory_free
// are bound to functions of ours: a thread that has a pass (threads/crowd.h) keeps the first buffer
// that it gets, which takes no lock; whoever goes to OpenBLAS for one is fenced off while the
// process forks.
#pragma once

namespace switchblas::backend {

/// What the import `name` of the OpenBLAS behind `handle` is to be bound to, nullptr if that is not
/// ours to say.
void* openblas_buffer_import(void* handle, const char* name) noexcept;

/// Gives back what the calling thread has kept. When it ends, before its pass goes to another one.
void release_own_buffer() noexcept;

/// Around fork(), in the thread that forks: OpenBLAS's own handlers may still come for buffers.
void buffers_before_fork() noexcept;
void buffers_after_fork(bool in_child) noexcept;

}  // namespace switchblas::backend
