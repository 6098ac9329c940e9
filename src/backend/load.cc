// SPDX-License-Identifier: BSD-3-Clause
#include "backend/load.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <initializer_list>

#include "backend/blis.h"
#include "backend/elf.h"
#include "backend/environment.h"
#include "backend/find.h"
#include "backend/kernels.h"
#include "backend/openblas.h"
#include "backend/openblas_buffers.h"
#include "backend/probe.h"
#include "backend/verdict.h"
#include "base/message.h"

namespace switchblas::backend {
namespace {

constinit Backends loaded;
Kind preferred = Kind::openblas;
InnerEntry inner_entry = nullptr;
// Paths and kernel names live as long as the process.
char openblas_file[PATH_MAX];
char openblas_core[32];
char blis_config[32];

Library& library(Kind kind) { return loaded.library[static_cast<int>(kind)]; }

void copy(char* out, std::size_t size, const char* text) { snprintf(out, size, "%s", text); }

void* open_library(const char* path, int more_flags) {
  return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE | more_flags);
}

const char* variable_of(Kind kind) {
  switch (kind) {
    case Kind::openblas:
      return "SWITCHBLAS_OPENBLAS";
    case Kind::blis:
      return "SWITCHBLAS_BLIS";
    case Kind::reference:
      return "SWITCHBLAS_REFERENCE_BLAS";
    case Kind::other:
      return "SWITCHBLAS_BACKEND";
  }
  return "";
}

/// The user's file if one is named, else the first candidate that exists. `needed`: say what is
/// missing.
const char* choose_file(Kind kind, const char* named, bool needed = true) {
  if (named != nullptr) {
    if (access(named, R_OK) == 0) return named;
    base::warn(
        "%s, which %s names, cannot be read: check the path or unset the variable; it is done "
        "without",
        named, variable_of(kind));
    return nullptr;
  }
  for (const char* const* path = candidates(kind); *path != nullptr; ++path) {
    if (access(*path, R_OK) == 0) return *path;
  }
  if (needed) {
    base::warn("%s is not installed: it is done without, slower; install %s", kind_name(kind),
               package_of(kind));
  }
  return nullptr;
}

void warn_of_dlerror(const char* path) {
  const char* why = dlerror();
  const bool tls = why != nullptr && strstr(why, "static TLS") != nullptr;
  base::warn("%s cannot be loaded (%s): it is done without%s", path,
             why != nullptr ? why : "unknown error",
             tls ? "; start the program with LD_PRELOAD=libgomp.so.1 to give it its thread-local "
                   "storage early"
                 : "");
}

/// One import of a backend: routed names go to our inner entries, all others stay inside the
/// library, whatever the program has in its global scope.
void* bind_one(void* context, const char* name, void* current) {
  if (void* entry = inner_entry(name)) return entry;
  if (void* entry = blis_import(current)) return entry;
  if (context == library(Kind::openblas).handle) {
    if (void* entry = openblas_import(name, loaded.omp.get_max_threads)) return entry;
    if (void* entry = openblas_buffer_import(context, name)) return entry;
  }
  return definition_in(context, name);
}

void bind(void* handle, const char* path) {
  const BindResult result = bind_imports(handle, bind_one, handle);
  if (result.failed) {
    base::warn(
        "%s cannot be bound (its relocations are not writable): BLAS calls inside its LAPACK are "
        "not routed",
        path);
  }
}

/// A copy of OpenBLAS that the program itself has in its global scope would capture the variables
/// of ours.
struct GlobalOpenblas {
  void* handle = nullptr;  ///< that copy, where it is an OpenMP build
  bool present = false;
};

GlobalOpenblas find_global_openblas() {
  GlobalOpenblas found;
  void* marker = dlsym(RTLD_DEFAULT, "gotoblas");
  Dl_info info;
  if (marker == nullptr || dladdr(marker, &info) == 0) return found;
  found.present = true;
  void* handle = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  const auto parallel = reinterpret_cast<int (*)()>(
      handle != nullptr ? dlsym(handle, "openblas_get_parallel") : nullptr);
  if (parallel != nullptr && parallel() == 2) found.handle = handle;
  return found;
}

/// The version is in the name of the real file (libopenblasp-r0.3.21.so): it is needed before
/// loading.
Version version_in_file_name(const char* path) {
  Version version;
  char real[PATH_MAX];
  if (realpath(path, real) == nullptr) return version;
  const char* name = strrchr(real, '/');
  parse_version(name != nullptr ? name : real, version);
  return version;
}

/// Verdict of the probe that the command ran, else what the CPU's features prove safe.
const char* choose_openblas_core(const LoadRequest& request, const char* path, Library* result) {
  const Version version = version_in_file_name(path);
  copy(result->automatic, sizeof result->automatic,
       openblas_default_core(*request.cpu, version).name);
  if (getenv("OPENBLAS_CORETYPE") != nullptr) {
    result->why = "OPENBLAS_CORETYPE is set";
    return nullptr;
  }
  if (!request.secure && read_verdict(path, *request.cpu, openblas_core, sizeof openblas_core)) {
    result->why = "the probe passed it on this machine";
    return openblas_core;
  }
  const KernelChoice choice = openblas_safe_core(*request.cpu, version);
  result->why = choice.name != nullptr ? choice.why : "the library's own choice";
  return choice.name;
}

/// Raises the ICV of the loading thread while OpenBLAS samples its maximum, and puts it back.
class RaisedIcv {
 public:
  explicit RaisedIcv(int cores) noexcept {
    void* runtime = open_library("libgomp.so.1", 0);
    if (runtime == nullptr) return;
    const auto get = reinterpret_cast<int (*)()>(dlsym(runtime, "omp_get_max_threads"));
    set_ = reinterpret_cast<void (*)(int)>(dlsym(runtime, "omp_set_num_threads"));
    if (get == nullptr || set_ == nullptr) return;
    before_ = get();
    if (before_ < cores) set_(cores);
  }
  ~RaisedIcv() {
    if (before_ > 0) set_(before_);
  }
  RaisedIcv(const RaisedIcv&) = delete;
  RaisedIcv& operator=(const RaisedIcv&) = delete;

 private:
  void (*set_)(int) = nullptr;
  int before_ = 0;
};

/// What the program had loaded before us runs the kernels that it chose by itself; where that is
/// still safe, better ones are chosen.
void take_loaded_openblas(const LoadRequest& request, void* handle, Library* result) {
  result->handle = handle;
  result->path = path_of(handle);
  if (!identify_openblas(result)) return;
  result->why = "the program had loaded it before";
  if (request.options->disable || !request.in_global_scope) return;
  const char* core = choose_openblas_core(request, result->path, result);
  if (core != nullptr && strcasecmp(core, result->kernel) != 0 &&
      choose_core_again(*result, core)) {
    identify_openblas(result);
  }
}

void open_openblas(const LoadRequest& request, const char* path, bool deep, Library* result) {
  const char* core =
      request.options->disable ? nullptr : choose_openblas_core(request, path, result);
  const EnvironmentOverlay overlay("OPENBLAS_CORETYPE", core);
  const RaisedIcv raised(request.cores);
  result->handle = open_library(path, deep ? RTLD_DEEPBIND : 0);
  if (result->handle == nullptr) return warn_of_dlerror(path);
  result->path = path_of(result->handle);
  identify_openblas(result);
}

void load_openblas(const LoadRequest& request, bool needed) {
  Library& result = library(Kind::openblas);
  const GlobalOpenblas global = find_global_openblas();
  if (global.handle != nullptr && request.options->openblas_file == nullptr) {
    take_loaded_openblas(request, global.handle, &result);
  } else {
    const char* path = choose_file(Kind::openblas, request.options->openblas_file, needed);
    if (path == nullptr) return;
    copy(openblas_file, sizeof openblas_file, path);
    if (void* already = dlopen(path, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE)) {
      take_loaded_openblas(request, already, &result);
    } else {
      open_openblas(request, path, global.present, &result);
    }
  }
  if (result.handle == nullptr) return;
  loaded.omp = openmp_of(result.handle);
  if (!loaded.omp.usable()) {
    base::warn(
        "%s: its OpenMP runtime is not to be found, so its thread count cannot be set: it is done "
        "without",
        result.path);
    result.handle = nullptr;
  }
}

/// Debian and Ubuntu build BLIS for amd64 with all sub-configurations in one library.
bool has_all_configurations(const char* path) {
  return strstr(path, "/x86_64-linux-gnu/blis-") != nullptr;
}

void load_blis(const LoadRequest& request) {
  Library& result = library(Kind::blis);
  const char* path = choose_file(Kind::blis, request.options->blis_file);
  if (path == nullptr) return;
  result.shared = dlopen(path, RTLD_NOW | RTLD_NOLOAD) != nullptr;
  result.handle = open_library(path, 0);
  if (result.handle == nullptr) return warn_of_dlerror(path);
  result.path = path_of(result.handle);
  const char* configuration = nullptr;
  Version version;
  parse_version(blis_version(result.handle), version);
  if (const char* automatic = blis_default_config(*request.cpu, version).name) {
    copy(result.automatic, sizeof result.automatic, automatic);
  }
  if (getenv("BLIS_ARCH_TYPE") != nullptr) {
    result.why = "BLIS_ARCH_TYPE is set";
  } else if (!request.secure && read_verdict(path, *request.cpu, blis_config, sizeof blis_config)) {
    configuration = blis_config;
    result.why = "the probe passed it on this machine";
  } else {
    const KernelChoice choice =
        blis_safe_config(*request.cpu, version, has_all_configurations(path));
    configuration = choice.name;
    result.why = choice.name != nullptr ? choice.why : "the library's own choice";
  }
  if (!start_blis(&result, configuration)) {
    result.handle = nullptr;
  } else if (!loaded.omp.usable()) {
    loaded.omp = openmp_of(result.handle);
  }
}

void load_reference(const LoadRequest& request) {
  Library& result = library(Kind::reference);
  if (const char* path = choose_file(Kind::reference, request.options->reference_blas_file)) {
    result.handle = open_library(path, 0);
    if (result.handle == nullptr) warn_of_dlerror(path);
  }
  const char* lapack = request.options->reference_lapack_file;
  for (const char* const* p = lapack_candidates(); lapack == nullptr && *p != nullptr; ++p) {
    if (access(*p, R_OK) == 0) lapack = *p;
  }
  if (lapack != nullptr) {
    // It needs libblas.so.3 by that name: ours must have the name before the loader goes looking.
    open_library(request.own_blas, 0);
    result.lapack = open_library(lapack, 0);
    if (result.lapack == nullptr) warn_of_dlerror(lapack);
  }
  if (result.handle != nullptr) result.path = path_of(result.handle);
  result.why = "it has no kernels to choose from";
}

void load_other(const LoadRequest& request) {
  Library& result = library(Kind::other);
  const char* path = choose_file(Kind::other, request.options->backend_file);
  if (path == nullptr) return;
  result.handle = open_library(path, 0);
  if (result.handle == nullptr) return warn_of_dlerror(path);
  result.path = path_of(result.handle);
  if (const char* problem = probe_interface(result.handle)) {
    base::warn(
        "%s cannot be used as a BLAS (%s): it is done without; name a library with 32-bit integers "
        "and GNU "
        "complex returns",
        path, problem);
    result.handle = nullptr;
  }
}

void tell() {
  for (int kind = 0; kind < kKinds; ++kind) {
    const Library& one = loaded.library[kind];
    if (one.handle == nullptr) continue;
    base::inform(1, "%s %s%s%s (%s), %s", kind_name(static_cast<Kind>(kind)), one.version,
                 one.kernel[0] != '\0' ? " with kernels " : "", one.kernel, one.why, one.path);
  }
}

}  // namespace

const Backends& load_backends(const LoadRequest& request) noexcept {
  using base::BackendChoice;
  const base::Options& options = *request.options;
  inner_entry = request.inner_entry;
  BackendChoice choice = options.disable ? BackendChoice::openblas : options.backend;
  if (choice == BackendChoice::file) {
    load_other(request);
    if (!loaded.has(Kind::other)) choice = BackendChoice::automatic;
  }
  loaded.automatic = choice == BackendChoice::automatic && !options.disable;
  // Always, for it has names that the others lack.
  load_openblas(request, choice == BackendChoice::automatic || choice == BackendChoice::openblas);
  if (choice == BackendChoice::automatic || choice == BackendChoice::blis) load_blis(request);
  const bool over_openblas =
      choice == BackendChoice::automatic || choice == BackendChoice::openblas;
  if (!over_openblas || !loaded.has(Kind::openblas)) load_reference(request);

  const Kind wanted = choice == BackendChoice::blis        ? Kind::blis
                      : choice == BackendChoice::reference ? Kind::reference
                      : choice == BackendChoice::file      ? Kind::other
                                                           : Kind::openblas;
  preferred = wanted;
  for (const Kind kind : {Kind::openblas, Kind::blis, Kind::reference}) {
    if (!loaded.has(preferred)) preferred = kind;
  }
  loaded.automatic = loaded.automatic && preferred == Kind::openblas;
  tell();
  return loaded;
}

void bind_backends() noexcept {
  for (const Library& one : loaded.library) {
    if (one.handle != nullptr) bind(one.handle, one.path);
    if (one.lapack != nullptr) bind(one.lapack, path_of(one.lapack));
  }
}

const Backends& backends() noexcept { return loaded; }

Kind default_kind() noexcept { return preferred; }

void* find_forwarded(const char* name) noexcept {
  void* const order[] = {preferred == Kind::openblas ? library(Kind::openblas).handle : nullptr,
                         library(Kind::reference).lapack,
                         library(Kind::reference).handle,
                         library(Kind::openblas).handle,
                         library(Kind::blis).handle,
                         library(Kind::other).handle};
  for (void* handle : order) {
    if (handle == nullptr) continue;
    if (void* found = definition_in(handle, name)) return found;
  }
  return nullptr;
}

}  // namespace switchblas::backend
