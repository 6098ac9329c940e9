// SPDX-License-Identifier: BSD-3-Clause
#include "entry/start.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "backend/load.h"
#include "base/fork_fence.h"
#include "base/message.h"
#include "entry/attach.h"
#include "entry/entries.h"
#include "entry/object.h"
#include "entry/report.h"
#include "entry/routing.h"
#include "machine/file_root.h"
#include "table/locate.h"
#include "table/open.h"
#include "threads/caps.h"
#include "threads/gate.h"

// pthread_atfork asks for it; elsewhere it comes from the compiler's start files, which our objects
// do without.
// NOLINTBEGIN(readability-identifier-naming): the name is not ours.
extern "C" __attribute__((visibility("hidden"))) void* __dso_handle;
void* __dso_handle = &__dso_handle;
// NOLINTEND(readability-identifier-naming)

namespace switchblas::entry {
namespace {

// Plain numbers: atomic built-ins take no scoped enumeration.
enum Phase : int { kNone, kLoading, kReady };

constinit Setting process;
int phase = kNone;         // atomic access
pid_t loading_thread = 0;  // atomic access
bool forked_before_loading = false;

int phase_now() { return __atomic_load_n(&phase, __ATOMIC_ACQUIRE); }

// Inside: who opens the loader object, from before dlopen relocates it until the backends are
// loaded. A child that is forked meanwhile would inherit libraries that are half there, for good.
constinit base::ForkFence loading;

bool is_loading_here() {
  return phase_now() == kLoading && __atomic_load_n(&loading_thread, __ATOMIC_RELAXED) == gettid();
}

/// The thread that forks may itself hold the loader lock, in some library's constructor: then those
/// inside wait for it, and none of them gets as far as loading.
bool waits_for_loading(long waited_ms) {
  constexpr long kUntilLoading = 1000, kUntilLoaded = 10000;
  return waited_ms < (phase_now() == kLoading ? kUntilLoaded : kUntilLoading);
}

// The thread that loads may fork too, in a constructor: it would wait for itself.
void before_fork() {
  if (!is_loading_here()) loading.before_fork(waits_for_loading);
}
void after_fork() {
  if (!is_loading_here()) loading.after_fork(false);
}
void after_fork_in_child() {
  loading.after_fork(true);
  forked_before_loading = phase_now() != kReady;
  if (phase_now() == kLoading) phase = kNone;
  loading_thread = 0;
}

void find_folder() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&find_folder), &info) == 0) return;
  char real[PATH_MAX];
  const char* path = realpath(info.dli_fname, real) != nullptr ? real : info.dli_fname;
  const char* end = strrchr(path, '/');
  const int length = end != nullptr ? static_cast<int>(end - path) : 0;
  snprintf(process.folder, sizeof process.folder, "%.*s", length, path);
}

/// Cheap: a program that never calls BLAS pays for this alone.
__attribute__((constructor)) void start() {
  if (process.folder[0] != '\0') return;
  const bool secure = getauxval(AT_SECURE) != 0;
  process.options =
      base::read_options([](const char* name) -> const char* { return getenv(name); }, secure);
  base::set_verbosity(process.options.verbose);
  find_folder();  // now, for a relative path holds until the program changes its folder
  pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

/// Opens the tables in their order; a damaged one is said once and passed over.
void open_tables(bool secure) {
  table::TablePlaces places{};
  places.option = process.options.table_file;
  places.folder = process.folder;
  places.core_type = process.cpu.core_type;
  places.home = getenv("HOME");
  places.xdg_config_home = getenv("XDG_CONFIG_HOME");
  places.secure = secure;
  char paths[table::kMaxTablePaths][4096];
  const int count = table::table_paths(places, paths);
  for (int i = 0; i < count && process.table_count < kMaxTables; ++i) {
    const table::Opened opened = table::open_table(paths[i]);
    const bool asked_for = places.option != nullptr && strcmp(paths[i], places.option) == 0;
    if (opened.table == nullptr) {
      if (opened.error != table::OpenError::missing || asked_for) {
        char message[512];
        table::open_message(opened, paths[i], message, sizeof message);
        base::warn("%s; the next table is used", message);
      }
      continue;
    }
    process.tables[process.table_count] = opened.table;
    memcpy(process.table_paths[process.table_count], paths[i], sizeof paths[i]);
    ++process.table_count;
    base::inform(1, "table %s (%s)", opened.table->name, paths[i]);
  }
}

void load() {
  const bool secure = getauxval(AT_SECURE) != 0;
  const machine::FileRoot machine_root(base::read_machine_root(
      [](const char* name) -> const char* { return getenv(name); }, secure));
  process.cpu = machine::identify_cpu(machine::FileRoot());  // kernels must run on the real one
  process.cores = machine::count_cores(machine_root);
  char own_blas[sizeof process.folder + 16];
  snprintf(own_blas, sizeof own_blas, "%s/libblas.so.3", process.folder);
  const backend::LoadRequest request{&process.options, &process.cpu, process.cores.online,
                                     secure,           own_blas,     in_global_scope(),
                                     inner_entry_of};
  // The parent may have left libgomp a pool whose threads this child does not have.
  const bool one_thread =
      forked_before_loading && dlopen("libgomp.so.1", RTLD_NOW | RTLD_NOLOAD) != nullptr;
  const backend::Backends& backends = backend::load_backends(request);
  if (one_thread) threads::enter_forked_child();
  if (backends.automatic) open_tables(secure);
  // OMP_PROC_BIND has pinned this thread to one place, which says nothing of the cores that a team
  // may use.
  const backend::OpenMp& omp = backends.omp;
  if (machine_root.is_this_machine() && omp.get_proc_bind != nullptr &&
      omp.get_num_procs != nullptr && omp.get_proc_bind() != 0) {
    process.cores.affinity = omp.get_num_procs();
    if (process.cores.physical < process.cores.affinity)
      process.cores.physical = process.cores.affinity;
  }
  threads::start_caps(backends, process.options, machine_root, process.cores);
  threads::start_gate(backends);
  if (process.options.reproducible) threads::set_reproducible(true);
  threads::register_fork_handlers();
  fill_routing(process, backends);
  if (!process.options.disable) {
    backend::bind_backends();
    threads::start_counts(backends);
  }
  dlerror();  // the caller's next dlerror() shall not tell of our searches
}

}  // namespace

const Setting& setting() noexcept { return process; }

bool ensure_loaded() noexcept {
  if (phase_now() == kReady) return true;
  if (is_loading_here()) return false;
  start();  // a constructor that ran before ours may have brought us here
  char path[sizeof process.folder + 32];
  snprintf(path, sizeof path, "%s/libswitchblas-loader.so", process.folder);
  loading.enter();
  if (dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) == nullptr) {
    base::fatal(
        "%s cannot be loaded (%s): the installation is not complete, install switchblas again",
        path, dlerror());
  }
  // A child that was forked while its parent opened the object has it, but nobody has run its
  // constructor.
  if (phase_now() == kNone && forked_before_loading) switchblas_core_load();
  loading.leave();
  return phase_now() == kReady;
}

void switchblas_core_load() {
  // One thread at a time comes here, under the loader lock; those of a forked child come without
  // it.
  int none = kNone;
  if (!__atomic_compare_exchange_n(&phase, &none, int{kLoading}, false, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE)) {
    while (!is_loading_here() && phase_now() == kLoading) base::nap(1000);
    return;
  }
  __atomic_store_n(&loading_thread, gettid(), __ATOMIC_RELAXED);
  load();
  publish_all(process.options.disable);
  __atomic_store_n(&phase, int{kReady}, __ATOMIC_RELEASE);
}

}  // namespace switchblas::entry
