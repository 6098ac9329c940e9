// SPDX-License-Identifier: BSD-3-Clause
// The spine: the way of one call, from its arguments to the backend and back. Everything else in
// this folder brings calls here.
//
// Cost above a direct call of the backend's function: about 2 ns where one thread and no state are
// enough, 4-8 ns where the OpenMP ICV must change. No lock, allocation, look-up by name or
// environment is on the way.
#pragma once

#include "backend/find.h"
#include "base/message.h"
#include "entry/report.h"
#include "entry/state.h"
#include "shape/arguments.h"
#include "threads/crowd.h"
#include "threads/gate.h"

namespace switchblas::entry {

template <int kDims>
inline std::uint8_t cell_of(const std::uint8_t* cells, const shape::Shape<kDims>& shape) {
  if constexpr (kDims == 1) {
    return table::cell1(cells, shape.dim[0]);
  } else if constexpr (kDims == 2) {
    return table::cell2(cells, shape.dim[0], shape.dim[1]);
  } else {
    return table::cell3(cells, shape.dim[0], shape.dim[1], shape.dim[2]);
  }
}

/// Sets the thread state that `ladder` asks for around `run`, which gets the backend that was
/// chosen.
template <class Run>
inline auto call_with_state(const table::Ladder& ladder, Run run) {
  using Result = decltype(run(Kind::openblas));
  const threads::Admission admission = threads::enter(ladder, __builtin_frame_address(0));
  if constexpr (__is_same(Result, void)) {
    run(admission.backend);
    threads::leave(admission);
  } else {
    const Result result = run(admission.backend);
    threads::leave(admission);
    return result;
  }
}

/// `check` gives the number of the first illegal argument; `report` tells the caller of it; `run`
/// calls the function that it is given. Where no state is needed the backend makes the check
/// itself.
template <Routine kRoutine, bool kBuffer, int kDims, class Check, class Report, class Run>
inline auto call(const shape::Shape<kDims>& shape, Check check, Report report, Run run) {
  const RoutineState& state = state_of<kRoutine>();
  const Arm& arm = state.arms[cell_of(state.cells[shape.variant], shape)];
  if (arm.direct || (arm.direct_if_small && shape.work <= state.serial_work &&
                     (!kBuffer || threads::has_pass() || arm.backend != Kind::openblas)))
      [[likely]] {
    return run(state.function[static_cast<int>(arm.backend)]);
  }
  using Result = decltype(run(nullptr));
  if (const int bad = check()) {
    report(bad);
    return Result();
  }
  return call_with_state(arm.ladder, [&](Kind backend) {
    // Within another call the backend is that call's, which may lack this routine.
    void* function = state.function[static_cast<int>(backend)];
    return run(function != nullptr ? function : state.function[arm.ladder.steps[0].backend]);
  });
}

/// A backend's own cblas_ function, for the families whose row-major form is no exchange of
/// operands. The arguments have been checked.
template <Routine kRoutine, class Run>
inline void call_own_cblas(double work, Run run) {
  const RoutineState& state = state_of<kRoutine>();
  if (state.own_cblas == nullptr) {
    base::fatal("no library here has cblas_%s for row-major operands: install %s",
                catalogue::kRoutines[static_cast<int>(kRoutine)].name,
                backend::package_of(Kind::openblas));
  }
  const Arm& arm = *state.own_cblas_arm;
  if (arm.direct ||
      (arm.direct_if_small && work <= state.own_cblas_serial_work && threads::has_pass())) {
    return run(state.own_cblas);
  }
  call_with_state(arm.ladder, [&](Kind) { run(state.own_cblas); });
}

}  // namespace switchblas::entry
