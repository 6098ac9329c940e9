// SPDX-License-Identifier: BSD-3-Clause
#include "entry/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "backend/load.h"
#include "base/message.h"
#include "entry/start.h"
#include "threads/caps.h"

namespace switchblas::entry {
namespace {

/// snprintf onto the end of a buffer that may be too small, counting all the same.
class Text {
 public:
  Text(char* buffer, std::size_t size) : buffer_(buffer), size_(size) {}

  __attribute__((format(printf, 2, 3))) void add(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const std::size_t room = length_ < size_ ? size_ - length_ : 0;
    const int more = vsnprintf(room > 0 ? buffer_ + length_ : nullptr, room, format, arguments);
    va_end(arguments);
    if (more > 0) length_ += static_cast<std::size_t>(more);
  }

  /// A JSON string; paths and names have no control characters worth keeping.
  void quote(const char* text) {
    add("\"");
    for (; *text != '\0'; ++text) {
      if (*text == '"' || *text == '\\') add("\\");
      if (static_cast<unsigned char>(*text) >= ' ') add("%c", *text);
    }
    add("\"");
  }
  void field(const char* name, const char* text, const char* end = ", ") {
    add("\"%s\": ", name);
    quote(text);
    add("%s", end);
  }

  std::size_t length() const { return length_; }

 private:
  char* buffer_;
  std::size_t size_;
  std::size_t length_ = 0;
};

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
  out.add("\"disabled\": %s}", process.options.disable ? "true" : "false");
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
