// SPDX-License-Identifier: BSD-3-Clause
// Whether the process may create more threads: libgomp ends a process in which it cannot. Asked
// where a team would grow, so rarely. Thread-safety: any thread. No allocation of ours.
#pragma once

#include "machine/file_root.h"

namespace switchblas::threads {

/// How many of `wanted` more threads there is room for, by pids.max of the control groups that
/// `root` tells of and by RLIMIT_NPROC, always of this machine. Where the latter cannot be told
/// from numbers, threads that do nothing are created and ended. Cost: some file reads; in doubt 20
/// us per thread.
int thread_room(const machine::FileRoot& root, int wanted) noexcept;

}  // namespace switchblas::threads
