// SPDX-License-Identifier: BSD-3-Clause
#include "entry/entries.h"

#include <string.h>

#include "catalogue/symbols.h"
#include "entry/api.h"
#include "entry/cblas.h"
#include "entry/fortran.h"
#include "entry/own.h"
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

// NOLINTBEGIN(bugprone-macro-parentheses): the arguments are names.
#define SWITCHBLAS_FORTRAN(name, Pattern, T) \
  reinterpret_cast<void*>(&Fortran<Routine::name, shape::Pattern<T>>::entry),
void* const kFortran[] = {
#include "entry/fortran.inc"
};

struct Named {
  const char* name;
  void* function;
};

#define SWITCHBLAS_CBLAS(name, Pattern, T) \
  {#name, reinterpret_cast<void*>(&Cblas##Pattern<Routine::name, T>::entry)},
const Named kCblas[] = {
#include "entry/cblas.inc"
};

#define SWITCHBLAS_OWN(symbol) {#symbol, reinterpret_cast<void*>(&own_##symbol)},
#define SWITCHBLAS_API(symbol) {#symbol, reinterpret_cast<void*>(&api_##symbol)},
const Named kOthers[] = {
#include "entry/others.inc"
};

// NOLINTEND(bugprone-macro-parentheses)

template <int kCount>
void* find(const Named (&list)[kCount], const char* name) {
  for (const Named& one : list) {
    if (strcmp(one.name, name) == 0) return one.function;
  }
  return nullptr;
}

}  // namespace

void* entry_of_routine(int routine) noexcept { return kFortran[routine]; }

void* entry_of_symbol(int symbol) noexcept {
  const catalogue::Symbol& one = kSymbols[symbol];
  switch (one.kind) {
    case SymbolKind::typed:
      return kFortran[one.routine];
    case SymbolKind::cblas:
      return find(kCblas, catalogue::kRoutines[one.routine].name);
    case SymbolKind::own:
    case SymbolKind::api:
      return find(kOthers, one.name);
    case SymbolKind::forward:
      return nullptr;
  }
  return nullptr;
}

}  // namespace switchblas::entry
