// SPDX-License-Identifier: BSD-3-Clause
#include "entry/explain.h"

#include <string.h>

#include <cstdint>
#include <limits>

#include "backend/load.h"
#include "base/options.h"
#include "entry/routing.h"
#include "entry/start.h"
#include "entry/state.h"
#include "table/describe.h"
#include "table/find.h"
#include "table/flags.h"
#include "table/form.h"
#include "threads/caps.h"
#include "threads/gate.h"

namespace switchblas::entry {
namespace {

using base::Text;
using catalogue::kRoutines;
using catalogue::RoutineInfo;

/// A call in words, understood.
struct Call {
  int routine;
  int variant;
  const char* flags;
  const std::int64_t* sizes;
  int count;

  const RoutineInfo& info() const { return kRoutines[routine]; }
};

/// The table that has the last word on a call; none where `table` is nullptr.
struct Source {
  const table::Header* table = nullptr;
  const char* path = "";
  table::Description said;
};

/// What calls read: the arm of the cell.
const table::Ladder& ladder_of(const Call& call) {
  const RoutineState& state = routine_state[call.routine];
  const std::uint8_t* cells = state.cells[call.variant];
  table::Floats size{};
  for (int i = 0; i < call.count; ++i) size[i] = static_cast<float>(call.sizes[i]);
  return arm_of(state, table::cell_of(cells, call.count, size)).ladder;
}

/// The table whose cells the routine reads.
Source source_of(const Call& call) {
  Source source;
  const Setting& process = setting();
  const std::uint8_t* cells = routine_state[call.routine].cells[call.variant];
  for (int i = 0; i < process.table_count; ++i) {
    const table::Header& one = *process.tables[i];
    const table::RoutineRow* row = table::find_row(one, call.info());
    if (row == nullptr || table::cells(one, *row, call.variant) != cells) continue;
    source.table = &one;
    source.path = process.table_paths[i];
    source.said = table::describe(one, call.info().name, call.flags, call.sizes, call.count);
    break;
  }
  return source;
}

bool is_forced(const Call& call) {
  const int kind = forced_backend();
  return kind >= 0 && routine_state[call.routine].function[kind] != nullptr;
}

const char* reason(const Call& call, const Source& source) {
  const base::Options& options = setting().options;
  if (options.disable) return "SWITCHBLAS_DISABLE: every call goes to one library, untouched";
  if (is_forced(call)) return "the program has chosen this backend";
  if (!backend::backends().automatic) return "one backend serves all calls";
  if (base::listed(options.off, call.info().name)) return "SWITCHBLAS_OFF names the routine";
  return source.table != nullptr ? "table" : "no table has the routine";
}

/// "a,b" or "a*,b" as ["a", "b"].
void add_names(const char* list, Text* out) {
  out->add("[");
  for (const char* at = list; *at != '\0';) {
    const std::size_t length = strcspn(at, ",");
    const bool star = length > 0 && at[length - 1] == '*';
    out->add("%s\"%.*s\"", at == list ? "" : ", ", static_cast<int>(length - (star ? 1 : 0)), at);
    at += length + (at[length] == ',' ? 1 : 0);
  }
  out->add("]");
}

void add_form(const RoutineInfo& routine, Text* out) {
  out->add("\"takes\": {\"flags\": ");
  add_names(routine.chars, out);
  out->add(", \"letters\": [");
  table::Flag flags[table::kMaxFlags];
  const int count = table::flags_of(routine, flags);
  for (int i = 0; i < count; ++i)
    out->add("%s\"%s\"", i == 0 ? "" : ", ", table::flag_letters(flags[i]));
  out->add("], \"sizes\": ");
  add_names(routine.dims, out);
  out->add("}");
}

void add_wrong_call(const RoutineInfo& routine, const char* what, Text* out) {
  char form[256];
  table::form_of(routine, form, sizeof form);
  out->add("{\"error\": \"%s; it takes: %s\", ", what, form);
  out->field("routine", routine.name);
  add_form(routine, out);
  out->add("}");
}

void add_size(std::int64_t size, const char* before, Text* out) {
  out->add("%s%lld", before, static_cast<long long>(size));
}

void add_call(const Call& call, Text* out) {
  out->field("routine", call.info().name);
  out->add("\"flags\": \"");
  table::Flag flags[table::kMaxFlags];
  const int flag_count = table::flags_of(call.info(), flags);
  for (int i = 0; i < flag_count; ++i) {
    const char letter = *call.flags != '\0' ? call.flags[i] : table::flag_letters(flags[i])[0];
    out->add("%c", letter >= 'a' && letter <= 'z' ? letter - 32 : letter);
  }
  out->add("\", \"sizes\": [");
  for (int i = 0; i < call.count; ++i) add_size(call.sizes[i], i == 0 ? "" : ", ", out);
  out->add("], ");
}

void add_source(const Call& call, const Source& source, Text* out) {
  if (source.table == nullptr) return out->add("\"table\": null, ");
  out->add("\"table\": {");
  out->field("name", source.table->name);
  out->field("path", source.path, "}, ");
  out->field("provenance", source.said.provenance);
  out->add("\"cell\": {");
  const char* name = call.info().dims;
  for (int i = 0; i < call.count; ++i) {
    const int length = static_cast<int>(strcspn(name, ","));
    out->add("%s\"%.*s\": [", i == 0 ? "" : ", ", length, name);
    add_size(source.said.lower[i], "", out);
    if (source.said.upper[i] == std::numeric_limits<std::int64_t>::max()) {
      out->add(", null]");
    } else {
      add_size(source.said.upper[i], ", ", out);
      out->add("]");
    }
    name += length + (name[length] == ',' ? 1 : 0);
  }
  out->add("}, ");
}

void add_ladder(const table::Ladder& ladder, Text* out) {
  out->add("\"ladder\": [");
  for (std::uint32_t i = 0; i < ladder.count; ++i) {
    const table::Step& step = ladder.steps[i];
    out->add("%s{\"from_cap\": %d, \"backend\": \"%s\", \"threads\": ", i == 0 ? "" : ", ",
             step.min_cap, table::backend_name(step.backend));
    step.threads == 0 ? out->add("\"all\"}") : out->add("%d}", step.threads);
  }
  out->add("], ");
}

/// The most threads that a call may have on the backend of a step.
int most_threads(const table::Step& step, int cap) {
  const backend::Library& library = backend::backends().library[step.backend];
  const int most = library.threaded ? library.max_threads : 1;
  return cap < most ? cap : most;
}

}  // namespace

const char* forced_name(int kind) noexcept {
  return kind < 0 ? "auto" : backend::kind_name(static_cast<Kind>(kind));
}

void add_program_settings(Text* out) noexcept {
  out->add("\"limits\": {\"process\": %d, \"thread\": %d}, ", threads::limit(),
           threads::thread_limit());
  out->field("forced_backend", forced_name(forced_backend()));
  out->add("\"reproducible\": %s", threads::reproducible() ? "true" : "false");
}

void explain(const char* routine, const char* flags, const std::int64_t* sizes, int count,
             Text* out) noexcept {
  Call call{table::find_routine(routine), 0, flags, sizes, count};
  if (call.routine < 0) {
    char message[512];
    table::no_routine_message(routine, message, sizeof message);
    out->add("{");
    return out->field("error", message, "}");
  }
  call.variant = table::variant_of(call.info(), flags);
  if (call.variant < 0) return add_wrong_call(call.info(), "these are not its flags", out);
  if (count != call.info().dim_count || sizes == nullptr)
    return add_wrong_call(call.info(), "this is not the number of its sizes", out);
  for (int i = 0; i < count; ++i) {
    if (sizes[i] < 0 || sizes[i] > std::numeric_limits<std::int32_t>::max())
      return add_wrong_call(call.info(), "a size is not within 0 and 2147483647", out);
  }
  if (!is_served(call.routine))
    return out->add("{\"error\": \"no library here has %s\"}", call.info().name);
  const bool tables_count = !setting().options.disable && !is_forced(call);
  const Source source = tables_count ? source_of(call) : Source();
  const table::Ladder& ladder = ladder_of(call);
  const int cap = threads::cap();
  const table::Step& step = table::step_for(ladder, cap);
  out->add("{");
  add_call(call, out);
  out->add("\"arm\": {\"backend\": \"%s\", \"threads\": %d}, \"cap\": {\"threads\": %d}, ",
           table::backend_name(step.backend), table::threads_of(step, most_threads(step, cap)),
           cap);
  out->field("why", reason(call, source));
  add_source(call, source, out);
  add_ladder(ladder, out);
  add_program_settings(out);
  out->add("}");
}

}  // namespace switchblas::entry
