// SPDX-License-Identifier: BSD-3-Clause
// What a call reads: for each routine its cells, the ladders that they name, and its function in
// each backend. Written once, by start.cc, before any slot shows a typed entry; constant after.
#pragma once

#include <cstdint>

#include "backend/kind.h"
#include "catalogue/routines.h"
#include "table/find.h"

namespace switchblas::entry {

using backend::Kind;
using catalogue::Routine;

inline constexpr int kMaxVariants = 4;  // of any pattern in the catalogue

/// A ladder as it holds in this process: most are one step of one thread, which needs no thought.
struct Arm {
  table::Ladder ladder;  ///< steps of missing backends replaced
  Kind backend;          ///< of all its steps, where they agree
  bool direct;           ///< one thread on a backend that needs no state
  bool direct_if_small;  ///< direct up to the routine's serial_work
};

struct alignas(64) RoutineState {
  const std::uint8_t* cells[kMaxVariants];
  const Arm* arms;
  double serial_work;               ///< backend/openblas.h
  void* function[backend::kKinds];  ///< nullptr where the backend has none: no arm names it then
  void* own_cblas;  ///< a backend's own CBLAS function, for what row-major needs it for
  double own_cblas_serial_work;  ///< of that backend
  const Arm* own_cblas_arm;      ///< that backend at every thread count
};

extern RoutineState routine_state[catalogue::kRoutineCount];

template <Routine kRoutine>
inline const RoutineState& state_of() {
  return routine_state[static_cast<int>(kRoutine)];
}

}  // namespace switchblas::entry
