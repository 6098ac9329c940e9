// SPDX-License-Identifier: BSD-3-Clause
#include "entry/routing.h"

#include <stdio.h>
#include <string.h>

#include <initializer_list>

#include "backend/blis.h"
#include "backend/elf.h"
#include "backend/kernels.h"
#include "backend/openblas.h"
#include "base/message.h"
#include "entry/entries.h"
#include "entry/state.h"
#include "table/find.h"

namespace switchblas::entry {

int forced_kind = -1;

namespace {

using catalogue::kRoutineCount;
using catalogue::kRoutines;
using catalogue::RoutineInfo;

// Where no table row holds: one cell, and one arm per backend, with as many threads as the cap.
const std::uint8_t kOneCell[table::kBins3 * table::kBins3 * table::kBins3] = {};
constinit Arm default_arms[backend::kKinds] = {};
constinit Arm one_thread_arm = {};  // OpenBLAS, for what hangs on more
constinit Arm table_arms[kMaxTables][table::kMaxLadders] = {};
// RoutineState::direct of the arms above: one list for each set of cells.
using Direct = std::uint8_t[table::kMaxLadders];
constinit Direct default_direct[backend::kKinds] = {};
constinit Direct one_thread_direct = {};
constinit Direct table_direct[kMaxTables] = {};
bool served[kRoutineCount];

int index_of(Kind kind) { return static_cast<int>(kind); }

/// What calls need to know of a ladder beside its steps.
void classify(Arm* arm, const backend::Backends& backends) {
  const table::Ladder& ladder = arm->ladder;
  arm->backend = static_cast<Kind>(ladder.steps[0].backend);
  bool same = true;
  bool one_thread = true;
  for (std::uint32_t i = 0; i < ladder.count; ++i) {
    same = same && static_cast<Kind>(ladder.steps[i].backend) == arm->backend;
    one_thread = one_thread && ladder.steps[i].threads == 1;
  }
  const backend::Library& library = backends.of(arm->backend);
  const bool needs_a_count = arm->backend == Kind::openblas || library.shared;
  arm->one_thread = same && (one_thread || !library.threaded);
  arm->stateless = arm->one_thread && !needs_a_count;
}

/// See RoutineState::direct. The others may be Fortran, which wants hidden lengths.
std::uint8_t direct_of(const Arm& arm) {
  const bool small_is_one_thread =
      &arm == &default_arms[index_of(Kind::blis)] && !backend::backends().of(Kind::blis).shared;
  if (arm.backend == Kind::blis && (arm.stateless || small_is_one_thread)) {
    return static_cast<std::uint8_t>(Kind::blis);
  }
  for (std::uint32_t i = 0; i < arm.ladder.count; ++i) {
    if (static_cast<Kind>(arm.ladder.steps[i].backend) != Kind::openblas) return kStateful;
  }
  return static_cast<std::uint8_t>(Kind::openblas);
}

void fill_direct() {
  const bool forced = __atomic_load_n(&forced_kind, __ATOMIC_RELAXED) >= 0;
  const auto set = [forced](std::uint8_t* direct, const Arm& arm) {
    __atomic_store_n(direct, forced ? kStateful : direct_of(arm), __ATOMIC_RELAXED);
  };
  for (int kind = 0; kind < backend::kKinds; ++kind) {
    set(&default_direct[kind][0], default_arms[kind]);
  }
  set(&one_thread_direct[0], one_thread_arm);
  for (int i = 0; i < kMaxTables; ++i) {
    for (int cell = 0; cell < table::kMaxLadders; ++cell) {
      set(&table_direct[i][cell], table_arms[i][cell]);
    }
  }
}

table::Step step(int min_cap, int threads, Kind kind) {
  table::Step out{};
  out.min_cap = static_cast<std::uint16_t>(min_cap);
  out.threads = static_cast<std::uint16_t>(threads);
  out.backend = static_cast<std::uint8_t>(kind);
  return out;
}

void make_default_arms(const backend::Backends& backends) {
  for (int kind = 0; kind < backend::kKinds; ++kind) {
    Arm& arm = default_arms[kind];
    arm.ladder.count = 2;
    arm.ladder.steps[0] = step(1, 1, static_cast<Kind>(kind));
    arm.ladder.steps[1] = step(2, 0, static_cast<Kind>(kind));
    classify(&arm, backends);
  }
  one_thread_arm.ladder.count = 1;
  one_thread_arm.ladder.steps[0] = step(1, 1, Kind::openblas);
  classify(&one_thread_arm, backends);
}

/// A table was made for libraries that run kernels for their CPU; a BLIS that has none is slower
/// everywhere.
bool is_worth_naming(const backend::Backends& backends, Kind kind) {
  return backends.has(kind) && strcmp(backends.of(kind).kernel, "generic") != 0;
}

void make_table_arms(const table::Header& source, int most_threads, Arm* arms,
                     const backend::Backends& backends) {
  const table::Ladder* ladders = table::ladders(source);
  for (std::uint32_t i = 0; i < source.ladders && i < table::kMaxLadders; ++i) {
    arms[i].ladder = ladders[i];
    // Without the steps that no cap of this machine reaches, many arms are one thread.
    std::uint32_t* count = &arms[i].ladder.count;
    while (*count > 1 && arms[i].ladder.steps[*count - 1].min_cap > most_threads) --*count;
    for (std::uint32_t s = 0; s < ladders[i].count; ++s) {
      table::Step& one = arms[i].ladder.steps[s];
      if (is_worth_naming(backends, static_cast<Kind>(one.backend))) continue;
      one.backend = static_cast<std::uint8_t>(backend::default_kind());
    }
    classify(&arms[i], backends);
  }
}

void* find_function(const backend::Library& library, const char* name) {
  char symbol[32];
  snprintf(symbol, sizeof symbol, "%s_", name);
  void* found =
      library.handle != nullptr ? backend::definition_in(library.handle, symbol) : nullptr;
  if (found == nullptr && library.lapack != nullptr)
    found = backend::definition_in(library.lapack, symbol);
  return found;
}

/// gemmtr is LAPACK 3.12's name for what libraries had as gemmt.
const char* older_name(const RoutineInfo& routine, char (&buffer)[16]) {
  if (strcmp(routine.family, "gemmtr") != 0) return nullptr;
  snprintf(buffer, sizeof buffer, "%cgemmt", routine.type);
  return buffer;
}

void find_functions(const RoutineInfo& routine, RoutineState* state,
                    const backend::Backends& backends) {
  char buffer[16];
  const char* older = older_name(routine, buffer);
  for (int kind = 0; kind < backend::kKinds; ++kind) {
    state->function[kind] = find_function(backends.library[kind], routine.name);
    if (state->function[kind] == nullptr && older != nullptr) {
      state->function[kind] = find_function(backends.library[kind], older);
    }
  }
}

/// A backend's own CBLAS: OpenBLAS's unless another backend was asked for.
void find_own_cblas(const RoutineInfo& routine, RoutineState* state,
                    const backend::Backends& backends) {
  const Kind first = backend::default_kind() == Kind::openblas ? Kind::openblas : Kind::reference;
  const Kind second = first == Kind::openblas ? Kind::reference : Kind::openblas;
  char symbol[32];
  snprintf(symbol, sizeof symbol, "cblas_%s", routine.name);
  for (const Kind kind : {first, second}) {
    if (state->own_cblas != nullptr || !backends.has(kind)) continue;
    state->own_cblas = backend::definition_in(backends.of(kind).handle, symbol);
    state->own_cblas_kind = kind;
  }
}

/// Whether every backend that the row's cells name has the routine.
bool is_usable(const table::Header& source, const table::RoutineRow& row, const Arm* arms,
               const RoutineState& state) {
  bool all = true;
  for (int kind = 0; kind < backend::kKinds; ++kind) all = all && state.function[kind] != nullptr;
  if (all) return true;
  int cells = 1;
  for (int i = 0; i < row.dims; ++i) cells *= table::bins(row.dims);
  for (int variant = 0; variant < row.variants; ++variant) {
    const std::uint8_t* grid = table::cells(source, row, variant);
    for (int i = 0; i < cells; ++i) {
      const table::Ladder& ladder = arms[grid[i]].ladder;
      for (std::uint32_t s = 0; s < ladder.count; ++s) {
        if (state.function[ladder.steps[s].backend] == nullptr) return false;
      }
    }
  }
  return true;
}

void set_direct_work(const RoutineInfo& routine, const backend::Version& openblas,
                     RoutineState* state) {
  for (auto& works : state->direct_work) {
    for (float& work : works) work = -1;
  }
  const float serial = backend::openblas_serial_work(routine.family, routine.type, openblas);
  // What takes no buffer does not ask for the pass either (find_direct).
  state->direct_work[static_cast<int>(backend::Pass::has_one)][index_of(Kind::openblas)] = serial;
  // A table names BLIS with its count; without one small calls are taken to be one thread.
  const bool by_table = state->arms != &default_arms[index_of(Kind::blis)];
  for (auto& works : state->direct_work) {
    works[index_of(Kind::blis)] =
        by_table ? __builtin_inff() : backend::blis_one_thread_work(routine.family);
  }
}

bool take_row(const Setting& setting, const RoutineInfo& routine, RoutineState* state) {
  for (int i = 0; i < setting.table_count; ++i) {
    const table::Header& source = *setting.tables[i];
    const table::RoutineRow* row = table::find_row(source, routine);
    if (row == nullptr || row->variants > kMaxVariants) continue;
    if (!is_usable(source, *row, table_arms[i], *state)) continue;
    for (int variant = 0; variant < row->variants; ++variant) {
      state->cells[variant] = table::cells(source, *row, variant);
    }
    state->arms = table_arms[i];
    state->direct = table_direct[i];
    return true;
  }
  return false;
}

}  // namespace

void fill_routing(const Setting& setting, const backend::Backends& backends) noexcept {
  make_default_arms(backends);
  for (int i = 0; i < setting.table_count; ++i)
    make_table_arms(*setting.tables[i], setting.cores.online, table_arms[i], backends);
  backend::Version version;
  backend::parse_version(backends.of(Kind::openblas).version, version);
  for (int i = 0; i < kRoutineCount; ++i) {
    const RoutineInfo& routine = kRoutines[i];
    RoutineState& state = routine_state[i];
    find_functions(routine, &state, backends);
    find_own_cblas(routine, &state, backends);
    for (int kind = 0; kind < backend::kKinds; ++kind) {
      if (state.function[kind] != nullptr) state.arm_of[kind] = &default_arms[kind];
    }
    const bool on_one_thread = backend::openblas_hangs_on_threads(routine.family);
    if (on_one_thread) state.arm_of[index_of(Kind::openblas)] = &one_thread_arm;
    for (const std::uint8_t*& cells : state.cells) cells = kOneCell;
    for (const Kind kind :
         {backend::default_kind(), Kind::reference, Kind::openblas, Kind::blis, Kind::other}) {
      if (served[i] || state.function[index_of(kind)] == nullptr) continue;
      served[i] = true;
      state.arms = state.arm_of[index_of(kind)];
      state.direct =
          state.arms == &one_thread_arm ? one_thread_direct : default_direct[index_of(kind)];
    }
    const bool hangs = state.arms == &one_thread_arm;
    if (served[i] && !hangs && backends.automatic &&
        !base::listed(setting.options.off, routine.name)) {
      take_row(setting, routine, &state);
    }
    set_direct_work(routine, version, &state);
    const bool has_openblas = state.own_cblas != nullptr && state.own_cblas_kind == Kind::openblas;
    state.cblas[0] = checked_cblas_of_routine(i);
    state.cblas[1] = has_openblas ? state.own_cblas : state.cblas[0];
    for (int at = kStateful; at < 2 * backend::kKinds; ++at)
      state.function[at] = entry_with_state_of(i);
  }
  fill_direct();
}

int force_backend(int kind) noexcept {
  if (kind >= backend::kKinds) return -1;
  if (kind >= 0 && !backend::backends().has(static_cast<Kind>(kind))) return -1;
  __atomic_store_n(&forced_kind, kind < 0 ? -1 : kind, __ATOMIC_RELAXED);
  fill_direct();
  return 0;
}

int forced_backend() noexcept { return __atomic_load_n(&forced_kind, __ATOMIC_RELAXED); }

bool is_ever_small(int routine) noexcept {
  const RoutineState& state = routine_state[routine];
  // Where BLIS alone serves the routine, small calls are one thread of its.
  if (state.arms == &default_arms[index_of(Kind::blis)]) return true;
  return state.direct_work[static_cast<int>(backend::Pass::has_one)][index_of(Kind::openblas)] >= 0;
}

bool is_served(int routine) noexcept { return served[routine]; }

}  // namespace switchblas::entry
