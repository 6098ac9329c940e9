// SPDX-License-Identifier: BSD-3-Clause
// The cap: the most threads that a call may use now. What the machine and the environment fix is
// taken once, when the backends are loaded (a CPU quota that changes later is not seen); the OpenMP
// state, the limits that the program sets, the affinity mask and the room for more threads are
// asked at each call that could use more than one thread.
#pragma once

#include <cstddef>

#include "backend/load.h"
#include "base/options.h"
#include "machine/cores.h"

namespace switchblas::threads {

/// Takes the fixed limits. `root` must outlive the process. Where it is not this machine, nothing
/// of this machine limits a call.
void start_caps(const backend::Backends& backends, const base::Options& options,
                const machine::FileRoot& root, const machine::Cores& cores) noexcept;

/// 1 inside a parallel region, in a forked child and where OMP_DYNAMIC is on (a team smaller than
/// the number of jobs hangs OpenBLAS). Cost: 1.5 ns where the ICV is 1, about 15 ns otherwise; a
/// thread looks at its affinity mask every 16 ms (some 0.3 us, more only where it has changed).
int cap() noexcept;

/// The threads of the calling thread's next team, where `wanted` are best and `most` are allowed:
/// the size that it has, if `keeps_size` (teams.h). Where it must grow, the room for more threads
/// is asked for first, since libgomp ends a process in which it cannot create them. Under the gate,
/// so that no other team of ours grows meanwhile. Cost: some comparisons where it need not grow.
int team_for(int wanted, int most, bool keeps_size) noexcept;

/// The cap, or the room for threads where it is less, and in words what makes it.
int explain_cap(char* why, std::size_t size) noexcept;

/// The highest cap that there can be: the fixed limits alone.
int highest_cap() noexcept;

/// The limit that the program sets through our API or the backends' (0: none). For the process as a
/// whole.
void set_limit(int threads) noexcept;
int limit() noexcept;

/// The same for the calling thread alone.
void set_thread_limit(int threads) noexcept;
int thread_limit() noexcept;

/// From now on one thread: libgomp's pool does not survive a fork.
void enter_forked_child() noexcept;

}  // namespace switchblas::threads
