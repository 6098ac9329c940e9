// SPDX-License-Identifier: BSD-3-Clause
// Typed Fortran entries: one template, instantiated for each routine of the catalogue with its
// argument pattern.
#pragma once

#include <cstddef>
#include <tuple>

#include "entry/call.h"

namespace switchblas::entry {

/// Calls a backend's Fortran function. Incoming prototypes omit the hidden lengths of CHARACTER*1
/// arguments (C callers do not pass them); here each is passed as 1, for the callee may be Fortran
/// and hand them on.
template <int kChars, class Result, class... Arguments>
inline Result call_fortran(void* function, Arguments... arguments) {
  if constexpr (kChars == 0) {
    return reinterpret_cast<Result (*)(Arguments...)>(function)(arguments...);
  } else if constexpr (kChars == 1) {
    return reinterpret_cast<Result (*)(Arguments..., std::size_t)>(function)(arguments..., 1);
  } else if constexpr (kChars == 2) {
    return reinterpret_cast<Result (*)(Arguments..., std::size_t, std::size_t)>(function)(
        arguments..., 1, 1);
  } else if constexpr (kChars == 3) {
    return reinterpret_cast<Result (*)(Arguments..., std::size_t, std::size_t, std::size_t)>(
        function)(arguments..., 1, 1, 1);
  } else {
    static_assert(kChars == 4);
    return reinterpret_cast<Result (*)(Arguments..., std::size_t, std::size_t, std::size_t,
                                       std::size_t)>(function)(arguments..., 1, 1, 1, 1);
  }
}

template <Routine kRoutine, class Pattern, class Function = typename Pattern::Function>
struct Fortran;

template <Routine kRoutine, class Pattern, class Result, class... Arguments>
struct Fortran<kRoutine, Pattern, Result(Arguments...)> {
  static constexpr bool kTakesBuffer = shape::kTakesBuffer<Pattern>;

  /// A jump to the backend's function or to entry_with_state. What is direct is C, and reads no
  /// hidden lengths.
  static Result entry(Arguments... arguments) {
    const RoutineState& state = state_of<kRoutine>();
    void* function = state.function[find_direct<kTakesBuffer>(state, Pattern::shape(arguments...))];
    return reinterpret_cast<Result (*)(Arguments...)>(function)(arguments...);
  }

  static Result entry_with_state(Arguments... arguments) {
    constexpr bool kUpperCaseOnly = requires { Pattern::kUpperCaseOnly; };
    if (const int bad = Pattern::check(arguments...)) {
      report(bad, arguments...);
      return Result();
    }
    const RoutineState& state = state_of<kRoutine>();
    const Arm& arm = arm_of(state, cell_of(state, Pattern::shape(arguments...)).ladder);
    const auto run = [&](Kind backend) __attribute__((always_inline))->Result {
      void* function = state.function[static_cast<int>(backend)];
      // Within another call the backend is that call's, which may lack this routine.
      if (function == nullptr) function = state.function[arm.ladder.steps[0].backend];
      if constexpr (kUpperCaseOnly) {
        return call_fortran<Pattern::kChars, Result, Arguments...>(
            function, shape::in_upper_case(arguments)...);
      } else {
        return call_fortran<Pattern::kChars, Result, Arguments...>(function, arguments...);
      }
    };
    return call_with_state(arm, __builtin_frame_address(0), run);
  }

 private:
  static void report(int argument, Arguments... arguments) {
    if constexpr (requires { Pattern::kInfo; }) {
      // LAPACK also leaves the number in INFO.
      if constexpr (Pattern::kInfo >= 0) {
        *std::get<static_cast<std::size_t>(Pattern::kInfo)>(
            std::tuple<Arguments...>(arguments...)) = -argument;
      }
    }
    report_fortran(catalogue::kRoutines[static_cast<int>(kRoutine)].name, argument);
  }
};

}  // namespace switchblas::entry
