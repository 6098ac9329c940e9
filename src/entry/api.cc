// SPDX-License-Identifier: BSD-3-Clause
#include "entry/api.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <initializer_list>

#include "backend/load.h"
#include "base/text.h"
#include "entry/explain.h"
#include "entry/routing.h"
#include "entry/start.h"
#include "table/format.h"
#include "threads/caps.h"
#include "threads/gate.h"

namespace switchblas::entry {
namespace {

using backend::Kind;
using base::Text;

constexpr int kNoKind = -1;

void add_backends(Text* out) {
  const backend::Backends& backends = backend::backends();
  out->add("\"backends\": [");
  for (int kind = 0; kind < backend::kKinds; ++kind) {
    const backend::Library& one = backends.library[kind];
    out->add("%s{", kind == 0 ? "" : ", ");
    out->field("kind", backend::kind_name(static_cast<backend::Kind>(kind)));
    out->field("version", one.version);
    out->field("kernel", one.kernel);
    out->field("automatic", one.automatic);
    out->field("why", one.why);
    out->field("path", one.path);
    out->add("\"max_threads\": %d, \"loaded\": %s}", one.max_threads,
             one.handle != nullptr ? "true" : "false");
  }
  out->add("], ");
}

void add_tables(Text* out) {
  const Setting& process = setting();
  out->add("\"tables\": [");
  for (int i = 0; i < process.table_count; ++i) {
    out->add("%s{", i == 0 ? "" : ", ");
    out->field("name", process.tables[i]->name);
    out->field("path", process.table_paths[i]);
    out->add("\"routines\": %u}", process.tables[i]->routines);
  }
  out->add("], ");
}

}  // namespace

const char* api_switchblas_version() { return SWITCHBLAS_VERSION; }

int api_switchblas_get_num_threads() { return ensure_loaded() ? threads::cap() : 1; }

void api_switchblas_set_num_threads(int threads) { threads::set_limit(threads); }
int api_switchblas_get_num_threads_limit() { return threads::limit(); }

void api_switchblas_set_num_threads_local(int threads) { threads::set_thread_limit(threads); }
int api_switchblas_get_num_threads_local() { return threads::thread_limit(); }

int api_switchblas_set_backend(const char* name) {
  int wanted = kNoKind;
  if (name != nullptr && strcasecmp(name, "auto") != 0) {
    for (const Kind kind : {Kind::openblas, Kind::blis, Kind::reference}) {
      if (strcasecmp(name, backend::kind_name(kind)) == 0) wanted = static_cast<int>(kind);
    }
    if (wanted == kNoKind) return -1;
  }
  // Untouched calls do not come by here.
  if (!ensure_loaded() || (wanted != kNoKind && setting().options.disable)) return -1;
  return force_backend(wanted);
}

const char* api_switchblas_get_backend() { return forced_name(forced_backend()); }

void api_switchblas_set_reproducible(int on) { threads::set_reproducible(on != 0); }
int api_switchblas_get_reproducible() { return threads::reproducible() ? 1 : 0; }

std::size_t api_switchblas_explain(const char* routine, const char* flags, const long long* sizes,
                                   int count, char* buffer, std::size_t size) {
  Text out(buffer, size);
  if (!ensure_loaded()) {
    out.add("{\"error\": \"the backends are being loaded\"}");
    return out.length();
  }
  std::int64_t numbers[table::kMaxDims] = {};
  for (int i = 0; i < count && i < table::kMaxDims && sizes != nullptr; ++i) numbers[i] = sizes[i];
  explain(routine != nullptr ? routine : "", flags != nullptr ? flags : "", numbers,
          sizes != nullptr ? count : 0, &out);
  return out.length();
}

std::size_t api_switchblas_report(char* buffer, std::size_t size) {
  ensure_loaded();
  const Setting& process = setting();
  Text out(buffer, size);
  out.add("{");
  out.field("version", SWITCHBLAS_VERSION);
  out.add("\"cpu\": {");
  out.field("name", process.cpu.name);
  out.field("core_type", process.cpu.core_type, "}, ");
  out.add(
      "\"cores\": {\"online\": %d, \"affinity\": %d, \"physical\": %d, \"quota\": %d, \"usable\": "
      "%d}, ",
      process.cores.online, process.cores.affinity, process.cores.physical, process.cores.quota,
      machine::usable_cores(process.cores));
  char why[128];
  out.add("\"cap\": %d, ", threads::explain_cap(why, sizeof why));
  out.field("cap_by", why);
  add_backends(&out);
  out.field("default_backend", backend::kind_name(backend::default_kind()));
  add_tables(&out);
  add_program_settings(&out);
  out.add(", \"disabled\": %s}", process.options.disable ? "true" : "false");
  return out.length();
}

// OpenBLAS's and BLIS's own setters would change one backend, globally, and in some versions for
// good: here they limit every call of the process.

int api_openblas_get_num_threads() { return api_switchblas_get_num_threads(); }
void api_openblas_set_num_threads(int threads) { threads::set_limit(threads); }
std::int64_t api_bli_thread_get_num_threads() { return api_switchblas_get_num_threads(); }
void api_bli_thread_set_num_threads(std::int64_t threads) {
  threads::set_limit(static_cast<int>(threads));
}

char* api_openblas_get_config() {
  static char config[128] = "";
  ensure_loaded();
  const backend::Library& openblas = backend::backends().of(backend::Kind::openblas);
  // Callers look for "OpenBLAS " at its beginning.
  snprintf(config, sizeof config,
           "OpenBLAS %s through Switchblas " SWITCHBLAS_VERSION " USE_OPENMP %s MAX_THREADS=%d",
           openblas.version, openblas.kernel, openblas.max_threads);
  return config;
}

char* api_openblas_get_corename() {
  static char core[sizeof(backend::Library::kernel)] = "";
  ensure_loaded();
  memcpy(core, backend::backends().of(backend::Kind::openblas).kernel, sizeof core);
  return core;
}

int api_openblas_get_parallel() {
  constexpr int kOpenMp = 2;
  return kOpenMp;
}

}  // namespace switchblas::entry
