// SPDX-License-Identifier: BSD-3-Clause
// The cap: the most threads that a call may use now. Fixed limits are taken once, when the backends
// are loaded; the OpenMP state of the calling thread is asked at each call that could use more than
// one thread.
#pragma once

#include "backend/load.h"
#include "base/options.h"

namespace switchblas::threads {

/// Takes the fixed limits: usable cores, and the counts that the environment asks for.
void start_caps(const backend::OpenMp& omp, const base::Options& options,
                int usable_cores) noexcept;

/// 1 inside a parallel region, in a forked child and where OMP_DYNAMIC is on (a team smaller than
/// the number of jobs hangs OpenBLAS). Cost: 1.5 ns where the ICV is 1, about 6 ns otherwise.
int cap() noexcept;

/// The highest cap that there can be: the fixed limits alone.
int highest_cap() noexcept;

/// The limit that the program sets through our API or the backends' (0: none). For the process as a
/// whole.
void set_limit(int threads) noexcept;
int limit() noexcept;

/// The limit of the calling thread (0: none).
void set_thread_limit(int threads) noexcept;
int thread_limit() noexcept;

/// From now on one thread: libgomp's pool does not survive a fork.
void enter_forked_child() noexcept;

}  // namespace switchblas::threads
