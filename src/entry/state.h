// SPDX-License-Identifier: BSD-3-Clause
// What a call reads: for each routine its cells, what they name, and its function in each backend.
// Written by start.cc before any slot shows a typed entry; after that only `direct` changes, when
// the program forces a backend.
#pragma once

#include <cstdint>

#include "backend/in_flight.h"
#include "backend/kind.h"
#include "catalogue/routines.h"
#include "table/find.h"

namespace switchblas::entry {

using backend::Kind;
using catalogue::Routine;

inline constexpr int kMaxVariants = 4;  // of any pattern in the catalogue

/// In the place of a kind: a call needs the gate or a thread count, or its backend must be thought
/// about.
inline constexpr std::uint8_t kStateful = backend::kKinds;
static_assert((kStateful & (kStateful - 1)) == 0);  // a bit of its own, for find_direct

/// A ladder as it holds in this process.
struct Arm {
  table::Ladder ladder;  ///< steps of missing backends replaced
  Kind backend;          ///< of all its steps, where they agree
  bool one_thread;       ///< one step of one thread
  bool stateless;        ///< and on a backend that needs to be told nothing
};

struct alignas(64) RoutineState {
  const std::uint8_t* cells[kMaxVariants];
  /// By cell: the kind of the backend that takes a call as it is, up to direct_work (by the
  /// thread's pass and that kind).
  const std::uint8_t* direct;
  float direct_work[backend::kPasses][2 * backend::kKinds];
  /// By kind, nullptr where the backend has none: no arm names it then. From kStateful on, the
  /// entry that sets the state.
  void* function[2 * backend::kKinds];
  const Arm* arms;                     ///< by cell
  const Arm* arm_of[backend::kKinds];  ///< each backend at every thread count; nullptr: not there
  void* cblas[2];   ///< the CBLAS function with checks, and OpenBLAS's own (or again the former)
  void* own_cblas;  ///< a backend's own CBLAS function, for what row-major needs it for
  Kind own_cblas_kind;  ///< of that backend
};

extern RoutineState routine_state[catalogue::kRoutineCount];

template <Routine kRoutine>
inline const RoutineState& state_of() {
  return routine_state[static_cast<int>(kRoutine)];
}

/// The kind that the program forces all calls to, -1: none. Atomic access.
extern int forced_kind;

/// What a call with that cell does.
__attribute__((always_inline)) inline const Arm& arm_of(const RoutineState& state,
                                                        std::uint8_t cell) {
  const int forced = __atomic_load_n(&forced_kind, __ATOMIC_RELAXED);
  if (forced >= 0 && state.arm_of[forced] != nullptr) [[unlikely]] {
    return *state.arm_of[forced];
  }
  return state.arms[cell];
}

}  // namespace switchblas::entry
