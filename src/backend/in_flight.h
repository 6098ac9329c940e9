// SPDX-License-Identifier: BSD-3-Clause
// What the call in flight of a thread has changed or holds. One thread-local record, because it is
// written on the way of most calls: threads/ keeps it, and the backends' own questions for their
// thread count are answered from it (blis.cc, openblas.cc).
#pragma once

#include "backend/kind.h"

namespace switchblas::backend {

/// May the thread enter OpenBLAS without asking (threads/crowd.h)?
enum class Pass : unsigned char { unknown, needs_permit, has_one };
inline constexpr int kPasses = 3;

struct InFlight {
  const void* frame;  ///< of the entry; nullptr: no call is in flight, and all but `backend` and
                      ///< `pass` is zero
  int threads;        ///< that the backend takes
  int icv;            ///< to be put back; 0: it was not changed
  Kind backend;
  bool gate;
  bool permit;
  Pass pass;  ///< of the thread, for as long as it lives
};

extern __thread InFlight in_flight __attribute__((tls_model("initial-exec"), visibility("hidden")));

}  // namespace switchblas::backend
