// SPDX-License-Identifier: BSD-3-Clause
#include "entry/start.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#include "backend/load.h"
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
int phase = kNone;  // atomic access
pid_t loading_thread = 0;
bool forked_before_loading = false;

int phase_now() { return __atomic_load_n(&phase, __ATOMIC_ACQUIRE); }

// Held while backends are loaded and while the process forks: a child that is forked meanwhile
// would inherit libraries that are half there, for good. Taken after the loader lock by whoever
// loads; whoever forks does not wait for that lock.
int load_or_fork = 0;  // atomic access

/// Ten seconds at most: a late start is better than none.
bool take_load_or_fork() {
  constexpr int kPatienceMs = 10000;
  for (int ms = 0; ms < kPatienceMs; ++ms) {
    int nobody = 0;
    if (__atomic_compare_exchange_n(&load_or_fork, &nobody, 1, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED))
      return true;
    const timespec nap{0, 1000000};
    nanosleep(&nap, nullptr);
  }
  return false;
}

void release_load_or_fork() { __atomic_store_n(&load_or_fork, 0, __ATOMIC_RELEASE); }

bool is_loading_here() { return phase_now() == kLoading && loading_thread == gettid(); }

// The thread that loads may fork itself, in a constructor: it holds what it would wait for.
bool taken_for_fork =
    false;  // forks come one at a time: glibc runs their handlers under a lock, or ours do
void before_fork() { taken_for_fork = !is_loading_here() && take_load_or_fork(); }
void after_fork() {
  if (taken_for_fork) release_load_or_fork();
}
void after_fork_in_child() {
  release_load_or_fork();
  forked_before_loading = phase_now() != kReady;
  if (phase_now() == kLoading) phase = kNone;
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
  if (dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) == nullptr) {
    base::fatal(
        "%s cannot be loaded (%s): the installation is not complete, install switchblas again",
        path, dlerror());
  }
  // A child that was forked while its parent opened the object has it, but nobody has run its
  // constructor.
  if (phase_now() == kNone && forked_before_loading) switchblas_core_load();
  return phase_now() == kReady;
}

void switchblas_core_load() {
  // Under the loader lock: one thread at a time.
  if (phase != kNone) return;
  const bool taken = take_load_or_fork();
  if (phase != kNone) {  // a forked child comes here without the loader lock
    if (taken) release_load_or_fork();
    return;
  }
  loading_thread = gettid();
  __atomic_store_n(&phase, int{kLoading}, __ATOMIC_RELEASE);
  load();
  publish_all(process.options.disable);
  __atomic_store_n(&phase, int{kReady}, __ATOMIC_RELEASE);
  if (taken) release_load_or_fork();
}

}  // namespace switchblas::entry
