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
  static Result entry(Arguments... arguments) {
    constexpr bool kBuffer = !requires { Pattern::kNoBuffer; };
    return call<kRoutine, kBuffer>(
        Pattern::shape(arguments...), [&] { return Pattern::check(arguments...); },
        [&](int argument) { report(argument, arguments...); },
        [&](void* function) {
          if constexpr (requires { Pattern::kUpperCaseOnly; }) {
            return call_fortran<Pattern::kChars, Result, Arguments...>(
                function, shape::in_upper_case(arguments)...);
          } else {
            return call_fortran<Pattern::kChars, Result, Arguments...>(function, arguments...);
          }
        });
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
