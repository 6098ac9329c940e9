// SPDX-License-Identifier: BSD-3-Clause
#include "backend/blis.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <initializer_list>

#include "backend/elf.h"
#include "backend/environment.h"
#include "backend/find.h"
#include "backend/in_flight.h"
#include "base/fork_fence.h"
#include "base/message.h"

namespace switchblas::backend {

namespace {

constexpr int kMaxThreads = 1024;
constexpr int kArchitectures = 64;  // more than any version names

// The head of rntm_t as it lies in memory in 0.8 to 2.1: one or two small fields, then these.
struct RntmHead {
  int64_t implementation_and_auto_factor;
  int64_t num_threads;
  int64_t ways[6];  // per loop; the first one (kr) is never split
};

using InitFromGlobal = void (*)(RntmHead*);
InitFromGlobal init_from_global = nullptr;
bool used_by_others = false;

/// Stands in for bli_rntm_init_from_global: the same, then the count of this thread as
/// bli_rntm_set_num_threads would set it.
void rntm_of_thread(RntmHead* rntm) {
  init_from_global(rntm);
  int threads = in_flight.threads;
  if (threads == 0) {
    if (used_by_others) return;
    threads = 1;
  }
  rntm->num_threads = threads;
  rntm->ways[0] = 1;
  for (int loop = 1; loop < 6; ++loop) rntm->ways[loop] = -1;
}

constinit base::ForkFence locks;  // inside: who holds one of BLIS's locks or waits for it

int lock_unless_forking(pthread_mutex_t* mutex) {
  locks.enter();
  return pthread_mutex_lock(mutex);
}

int unlock_for_fork(pthread_mutex_t* mutex) {
  const int result = pthread_mutex_unlock(mutex);
  locks.leave();
  return result;
}

struct Import {
  const char* name;
  void* ours;
};
const Import kImports[] = {
    {"bli_rntm_init_from_global", reinterpret_cast<void*>(&rntm_of_thread)},
    {"pthread_mutex_lock", reinterpret_cast<void*>(&lock_unless_forking)},
    {"pthread_mutex_unlock", reinterpret_cast<void*>(&unlock_for_fork)},
};

void* take_over(void*, const char* name, void* current) {
  if (strcmp(name, kImports[0].name) == 0)
    init_from_global = reinterpret_cast<InitFromGlobal>(current);
  for (const Import& one : kImports) {
    if (strcmp(name, one.name) == 0) return one.ours;
  }
  return nullptr;
}

bool layout_is_known(const char* version) {
  for (const char* known : {"0.8.", "0.9.", "1.0", "1.1", "1.2", "1.3", "2.0", "2.1"}) {
    if (strncmp(version, known, strlen(known)) == 0) return true;
  }
  return false;
}

/// BLIS_ARCH_TYPE takes numbers that differ by version: find the number by name.
int architecture_id(void* handle, const char* configuration) {
  const auto name_of =
      reinterpret_cast<const char* (*)(int)>(definition_in(handle, "bli_arch_string"));
  if (name_of == nullptr) return -1;
  for (int id = 0; id < kArchitectures; ++id) {
    const char* name = name_of(id);
    if (name == nullptr || strcasecmp(name, "generic") == 0)
      break;  // the last one of every version
    if (strcasecmp(name, configuration) == 0) return id;
  }
  return -1;
}

}  // namespace

void* blis_import(void* current) noexcept {
  for (const Import& one : kImports) {
    if (current == one.ours) return one.ours;
  }
  return nullptr;
}

float blis_one_thread_work(const char* family) noexcept {
  struct Row {
    const char* family;
    float work;
  };
  constexpr float kSide = 100;
  static constexpr Row kRows[] = {
      {"gemm", kSide * kSide * kSide},
      {"gemm3m", kSide * kSide * kSide},
      {"gemmt", kSide * kSide},
      {"gemmtr", kSide * kSide},
      {"syrk", kSide},
      {"herk", kSide},
      {"syr2k", kSide},
      {"her2k", kSide},
      {"symm", kSide * kSide},
      {"hemm", kSide * kSide},
      {"trmm", kSide * kSide},
      {"trsm", kSide * kSide},
  };
  for (const Row& row : kRows) {
    if (strcmp(row.family, family) == 0) return row.work;
  }
  return __builtin_inff();
}

void blis_before_fork() noexcept { locks.before_fork(); }

void blis_after_fork(bool in_child) noexcept { locks.after_fork(in_child); }

const char* blis_version(void* handle) noexcept {
  const auto get =
      reinterpret_cast<const char* (*)()>(definition_in(handle, "bli_info_get_version_str"));
  return get != nullptr ? get() : "";
}

bool start_blis(Library* library, const char* configuration) noexcept {
  void* handle = library->handle;
  const auto init = reinterpret_cast<void (*)()>(definition_in(handle, "bli_init"));
  const auto query = reinterpret_cast<int (*)()>(definition_in(handle, "bli_arch_query_id"));
  const auto name_of =
      reinterpret_cast<const char* (*)(int)>(definition_in(handle, "bli_arch_string"));
  if (init == nullptr || query == nullptr || name_of == nullptr) {
    base::warn("%s is not a BLIS library: it is not used; install %s", library->path,
               package_of(Kind::blis));
    return false;
  }
  snprintf(library->version, sizeof library->version, "%s", blis_version(handle));
  if (!layout_is_known(library->version)) {
    base::warn(
        "BLIS %s (%s) is not known to this version of Switchblas: it is not used; a newer "
        "Switchblas may know it",
        library->version, library->path);
    return false;
  }
  char id[16] = "";
  if (configuration != nullptr) {
    const int number = architecture_id(handle, configuration);
    if (number >= 0) snprintf(id, sizeof id, "%d", number);
  }
  {
    const EnvironmentOverlay overlay("BLIS_ARCH_TYPE", id[0] != '\0' ? id : nullptr);
    init();
  }
  snprintf(library->kernel, sizeof library->kernel, "%s", name_of(query()));
  used_by_others = library->shared;
  bind_imports(handle, take_over, nullptr);
  // The import itself may still have been BLIS's stub for lazy binding, which would undo ours.
  if (init_from_global != nullptr) {
    init_from_global = reinterpret_cast<InitFromGlobal>(definition_in(handle, kImports[0].name));
  }
  if (init_from_global == nullptr) {
    base::warn(
        "BLIS %s (%s) was built with -Bsymbolic, so that its thread count cannot be set per call: "
        "it is not "
        "used; install %s",
        library->version, library->path, package_of(Kind::blis));
    return false;
  }
  const auto openmp =
      reinterpret_cast<int64_t (*)()>(definition_in(handle, "bli_info_get_enable_openmp"));
  library->threaded = openmp != nullptr && openmp() != 0;
  library->max_threads = library->threaded ? kMaxThreads : 1;
  return true;
}

}  // namespace switchblas::backend
