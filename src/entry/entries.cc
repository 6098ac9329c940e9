// SPDX-License-Identifier: BSD-3-Clause
#include "entry/entries.h"

#include <string.h>

#include "catalogue/symbols.h"
#include "entry/api.h"
#include "entry/cblas.h"
#include "entry/fortran.h"
#include "entry/own.h"
#include "entry/routing.h"
#include "shape/lapack.h"
#include "shape/level1.h"
#include "shape/level2.h"
#include "shape/level3.h"

namespace switchblas::entry {

constinit RoutineState routine_state[catalogue::kRoutineCount] = {};

namespace {

using catalogue::kSymbols;
using catalogue::SymbolKind;
using shape::ComplexDouble;
using shape::ComplexFloat;

struct FortranEntries {
  void* entry;
  void* with_state;
};

template <class One>
FortranEntries entries_of() {
  return {reinterpret_cast<void*>(&One::entry), reinterpret_cast<void*>(&One::entry_with_state)};
}

struct CblasEntries {
  Routine routine;
  void* entry;
  void* checked;
};

template <Routine kRoutine, class Form>
CblasEntries cblas_entries_of() {
  return {kRoutine, reinterpret_cast<void*>(&CblasEntry<kRoutine, Form>::entry),
          reinterpret_cast<void*>(&Form::entry)};
}

struct Named {
  const char* name;
  void* function;
};

// NOLINTBEGIN(bugprone-macro-parentheses): the arguments are names.
#define SWITCHBLAS_FORTRAN(name, Pattern, T) \
  entries_of<Fortran<Routine::name, shape::Pattern<T>>>(),
const FortranEntries kFortran[] = {
#include "entry/fortran.inc"
};

#define SWITCHBLAS_CBLAS(name, Pattern, T) \
  cblas_entries_of<Routine::name, Cblas##Pattern<Routine::name, T>>(),
const CblasEntries kCblas[] = {
#include "entry/cblas.inc"
};

#define SWITCHBLAS_OWN(symbol) {#symbol, reinterpret_cast<void*>(&own_##symbol)},
#define SWITCHBLAS_API(symbol) {#symbol, reinterpret_cast<void*>(&api_##symbol)},
const Named kOthers[] = {
#include "entry/others.inc"
};

// NOLINTEND(bugprone-macro-parentheses)

const CblasEntries* find_cblas(int routine) {
  for (const CblasEntries& one : kCblas) {
    if (static_cast<int>(one.routine) == routine) return &one;
  }
  return nullptr;
}

void* find_other(const char* name) {
  for (const Named& one : kOthers) {
    if (strcmp(one.name, name) == 0) return one.function;
  }
  return nullptr;
}

}  // namespace

void* entry_with_state_of(int routine) noexcept { return kFortran[routine].with_state; }

void* checked_cblas_of_routine(int routine) noexcept {
  const CblasEntries* found = find_cblas(routine);
  return found != nullptr ? found->checked : nullptr;
}

void* entry_of_symbol(int symbol) noexcept {
  const catalogue::Symbol& one = kSymbols[symbol];
  switch (one.kind) {
    case SymbolKind::typed:
      // What is never direct need not ask for it.
      return is_ever_small(one.routine) ? kFortran[one.routine].entry
                                        : kFortran[one.routine].with_state;
    case SymbolKind::cblas:
      return find_cblas(one.routine)->entry;
    case SymbolKind::own:
    case SymbolKind::api:
      return find_other(one.name);
    case SymbolKind::forward:
      return nullptr;
  }
  return nullptr;
}

}  // namespace switchblas::entry
