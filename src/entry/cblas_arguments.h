// SPDX-License-Identifier: BSD-3-Clause
// The words in which CBLAS entries are written: enumerations turned into Fortran's letters, scalars
// into pointers, the checks, and the two ways on. Nothing is stored.
#pragma once

#include <cstddef>

#include "backend/find.h"
#include "base/message.h"
#include "entry/call.h"
#include "entry/fortran.h"

namespace switchblas::entry {

using shape::kComplex;
using shape::Real;

inline constexpr int kRowMajor = 101, kColMajor = 102;
inline constexpr int kNoTrans = 111, kTrans = 112, kConjTrans = 113;
inline constexpr int kConjNoTrans = 114;  // OpenBLAS has it beyond the standard
inline constexpr int kUpper = 121, kLower = 122;
inline constexpr int kNonUnit = 131, kUnit = 132;
inline constexpr int kLeft = 141, kRight = 142;

/// Of the standard's enumeration.
inline bool is_trans(int trans) {
  return static_cast<unsigned>(trans) - kNoTrans <= kConjTrans - kNoTrans;
}
inline bool is_layout(int layout) {
  return static_cast<unsigned>(layout) - kRowMajor <= kColMajor - kRowMajor;
}

template <class T, bool kIsComplex = kComplex<T>>
struct ScalarOf {
  using Type = T;
};
template <class T>
struct ScalarOf<T, true> {
  using Type = const T*;
};
/// Real scalars come by value, complex ones by pointer.
template <class T>
using Scalar = typename ScalarOf<T>::Type;

template <class T>
inline const T* pointer_to(const Scalar<T>& scalar) {
  if constexpr (kComplex<T>) {
    return scalar;
  } else {
    return &scalar;
  }
}

// Each gives 0 for a value that is not of the enumeration. A row-major matrix is its transpose in
// column-major: `flip` exchanges the letters accordingly.
inline char uplo_letter(int uplo, bool flip) {
  if (uplo == kUpper) return flip ? 'L' : 'U';
  if (uplo == kLower) return flip ? 'U' : 'L';
  return 0;
}
inline char side_letter(int side, bool flip) {
  if (side == kLeft) return flip ? 'R' : 'L';
  if (side == kRight) return flip ? 'L' : 'R';
  return 0;
}
inline char diag_letter(int diag) {
  if (diag == kNonUnit) return 'N';
  if (diag == kUnit) return 'U';
  return 0;
}
/// ConjTrans becomes N when flipped, also for complex types: where that loses the conjugation the
/// caller takes the other way (run_own_cblas), and needs the letter for the check only.
inline char trans_letter(int trans, bool flip) {
  if (trans == kNoTrans) return flip ? 'T' : 'N';
  if (trans == kTrans) return flip ? 'N' : 'T';
  if (trans == kConjTrans) return flip ? 'N' : 'C';
  return 0;
}
/// Where OpenBLAS also takes ConjNoTrans. Only its own CBLAS functions can conjugate: without them
/// a complex routine has the standard's enumeration.
template <Routine kRoutine, class T>
inline char extended_trans_letter(int trans, bool flip) {
  if (trans != kConjNoTrans) [[likely]] {
    return trans_letter(trans, flip);
  }
  const RoutineState& state = state_of<kRoutine>();
  const bool can_conjugate = state.own_cblas != nullptr && state.own_cblas_kind == Kind::openblas;
  if (kComplex<T> && !can_conjugate) return 0;
  return flip ? 'T' : 'N';
}

/// False if an enumeration is illegal; the first one has then been reported.
template <Routine kRoutine, class... Flags>
inline bool flags_ok(int layout, Flags... flags) {
  const bool known_layout = layout == kRowMajor || layout == kColMajor;
  if (known_layout && (... && (flags.letter != 0))) [[likely]] {
    return true;
  }
  const CblasFlag list[] = {{1, "layout", layout, static_cast<char>(known_layout ? 'Y' : 0)},
                            flags...};
  report_cblas_flags(catalogue::kRoutines[static_cast<int>(kRoutine)].name, list,
                     layout == kRowMajor);
  return false;
}

/// Makes the Fortran routine's check of its arguments. The number is that of Fortran's list, the
/// layout counted in; what row-major has exchanged stays so: cblas_xerbla puts it right.
template <Routine kRoutine, class Pattern, class... Arguments>
inline bool arguments_ok(bool row_major, Arguments... arguments) {
  const int bad = Pattern::check(arguments...);
  if (bad == 0) [[likely]] {
    return true;
  }
  report_cblas(catalogue::kRoutines[static_cast<int>(kRoutine)].name, bad + 1, row_major);
  return false;
}

template <Routine kRoutine, class Pattern, class... Arguments>
inline void check_and_run(bool row_major, Arguments... arguments) {
  if (arguments_ok<kRoutine, Pattern>(row_major, arguments...)) {
    Fortran<kRoutine, Pattern>::entry(arguments...);
  }
}

/// For what Fortran's arguments cannot say without conjugated copies. `arguments` are those of the
/// CBLAS function, as the caller gave them and already checked.
template <Routine kRoutine, class Shape, class... Arguments>
inline void run_own_cblas(const Shape& shape, Arguments... arguments) {
  const RoutineState& state = state_of<kRoutine>();
  if (state.own_cblas == nullptr) {
    base::fatal("no library here has cblas_%s for row-major operands: install %s",
                catalogue::kRoutines[static_cast<int>(kRoutine)].name,
                backend::package_of(Kind::openblas));
  }
  const auto function = reinterpret_cast<void (*)(Arguments...)>(state.own_cblas);
  const int kind = static_cast<int>(state.own_cblas_kind);
  const float work = cell_of(state, shape).work;
  if (work <= state.direct_work[static_cast<int>(backend::in_flight.pass)][kind])
    return function(arguments...);
  call_with_state(*state.arm_of[kind], __builtin_frame_address(0),
                  [&](Kind) { function(arguments...); });
}

/// The entry of a CBLAS function. Forms that have `is_direct` may go on to OpenBLAS's own function,
/// all others and all errors to the entry of the form. Both are jumps (find_direct).
template <Routine kRoutine, class Form, class Function = decltype(Form::entry)>
struct CblasEntry;

template <Routine kRoutine, class Form, class Result, class... Arguments>
struct CblasEntry<kRoutine, Form, Result(Arguments...)> {
  static Result entry(Arguments... arguments) {
    if constexpr (requires { Form::is_direct(arguments...); }) {
      void* function = state_of<kRoutine>().cblas[Form::is_direct(arguments...)];
      return reinterpret_cast<Result (*)(Arguments...)>(function)(arguments...);
    } else {
      return Form::entry(arguments...);
    }
  }
};

/// All of them, without a branch.
template <class... Conditions>
inline bool all_of(Conditions... conditions) {
  return (... & static_cast<unsigned>(conditions)) != 0;
}

struct Pair {
  int first;
  int second;
};
/// Without a branch, as is_direct() needs it.
inline Pair exchanged_if(bool condition, int first, int second) {
  const int difference = (first ^ second) & -static_cast<int>(condition);
  return {first ^ difference, second ^ difference};
}

/// Whether a CBLAS call of that shape may go to OpenBLAS's own function as it is.
template <Routine kRoutine, class Pattern, class Shape>
inline bool goes_to_openblas(const Shape& shape) {
  return find_direct<shape::kTakesBuffer<Pattern>>(state_of<kRoutine>(), shape) ==
         static_cast<int>(Kind::openblas);
}

}  // namespace switchblas::entry
