// SPDX-License-Identifier: BSD-3-Clause
// The spine: the way of one call, from its arguments to the backend and back. Everything else in
// this folder brings calls here.
//
// A call has two ways. The direct one, where one thread and no state are enough: find_direct(),
// then a jump to the backend's function with the arguments where the caller left them. All others:
// call_with_state(). No lock, allocation, look-up by name or environment is on either.
// bench_overhead measures what they cost above a call of the backend's function.
#pragma once

#include "entry/report.h"
#include "entry/state.h"
#include "shape/arguments.h"
#include "threads/gate.h"

namespace switchblas::entry {

struct Cell {
  std::uint8_t ladder;
  float work;  ///< shape::Work
};

template <int kDims, shape::Work kWork>
inline Cell cell_of(const RoutineState& state, const shape::Shape<kDims, kWork>& shape) {
  constexpr bool kFirst = kWork == shape::Work::first;
  const std::uint8_t* cells = state.cells[shape.variant];
  if constexpr (kDims == 1) {
    const float n = static_cast<float>(shape.dim[0]);
    return {table::cell1(cells, n), n};
  } else if constexpr (kDims == 2) {
    const auto mn =
        __builtin_convertvector((table::Ints{shape.dim[0], shape.dim[1], 0, 0}), table::Floats);
    return {table::cell2(cells, mn), kFirst ? mn[0] : mn[0] * mn[1]};
  } else {
    const auto mnk = __builtin_convertvector(
        (table::Ints{shape.dim[0], shape.dim[1], shape.dim[2], 0}), table::Floats);
    return {table::cell3(cells, mnk), mnk[0] * mnk[1] * mnk[2]};
  }
}

/// The kind of the backend that the call may go to as it is; the bit of kStateful is set where it
/// may not. Without a branch: in a function that has none the compiler leaves the caller's
/// arguments on the stack alone when it jumps on. Negative sizes are errors that either way
/// reports. `kBuffer`: OpenBLAS takes one of its buffers for the routine, for which it wants a
/// pass.
template <bool kBuffer, class Shape>
inline int find_direct(const RoutineState& state, const Shape& shape) {
  const Cell cell = cell_of(state, shape);
  const std::uint8_t kind = __atomic_load_n(&state.direct[cell.ladder], __ATOMIC_RELAXED);
  const backend::Pass pass = kBuffer ? backend::in_flight.pass : backend::Pass::has_one;
  const float most = state.direct_work[static_cast<int>(pass)][kind];
  return kind | (cell.work <= most ? 0 : kStateful);
}

/// Sets the thread state that `arm` asks for around `run`, which gets the backend that was chosen.
/// The arguments have been checked: a caller's `xerbla_` may leave by longjmp.
template <class Run>
__attribute__((always_inline)) inline auto call_with_state(const Arm& arm, const void* frame,
                                                           Run run) {
  using Result = decltype(run(Kind::openblas));
  const threads::Admission admission =
      arm.stateless ? threads::Admission{arm.backend, threads::Changed::nothing}
      : arm.one_thread && threads::enter_on_one_thread(arm.backend, frame)
          ? threads::Admission{arm.backend, threads::Changed::count}
          : threads::enter(arm.ladder, frame);
  if constexpr (__is_same(Result, void)) {
    run(admission.backend);
    threads::leave(admission);
  } else {
    const Result result = run(admission.backend);
    threads::leave(admission);
    return result;
  }
}

}  // namespace switchblas::entry
