// SPDX-License-Identifier: BSD-3-Clause
#include "backend/openblas.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/elf.h"
#include "backend/environment.h"
#include "backend/find.h"
#include "backend/in_flight.h"
#include "base/message.h"

namespace switchblas::backend {
namespace {

template <class F>
F function(void* handle, const char* name) {
  return reinterpret_cast<F>(definition_in(handle, name));
}

constexpr int kOpenMpBuild = 2;  // openblas_get_parallel(): 0 serial, 1 pthreads, 2 OpenMP
constexpr float kAlways = __builtin_inff();
constexpr float kNever = -1;
// The versions whose gotoblas_dynamic_init reads the environment and sets nothing but the kernels
// and their blocking (driver/others/dynamic.c, dynamic_arm64.c).
constexpr Version kFirstChoosing{0, 3, 20};
constexpr Version kLastChoosing{0, 3, 28};
// The versions whose sources the numbers below were read from.
constexpr Version kFirstRead{0, 3, 20};
constexpr Version kLastRead{0, 3, 29};

struct SerialRow {
  const char* family;
  float real_work;
  float complex_work;
};

constexpr SerialRow kSerial[] = {
    {"gemm", 262144, 32768},     {"gemv", 9215, 4095},
    {"ger", 8192, kNever},       {"geru", kNever, 2304},
    {"gerc", kNever, 2304},      {"spmv", kAlways, kNever},
    {"trsv", kAlways, kAlways},  {"tbsv", kAlways, kAlways},
    {"tpsv", kAlways, kAlways},  {"syrk", 64, 64},
    {"herk", kNever, 64},        {"trsm", 1023, 511},
    {"trmm", 1023, 511},         {"dot", 10000, 10000},
    {"axpy", 10000, 10000},      {"axpyc", 10000, 10000},
    {"scal", 10000, 10000},      {"swap", 10000, 10000},
    {"copy", 10000, 10000},      {"nrm2", 10000, 10000},
    {"asum", 10000, 10000},      {"sum", 10000, 10000},
    {"iamax", 10000, 10000},     {"rot", 10000, 10000},
    {"axpby", kAlways, kAlways}, {"rotm", kAlways, kAlways},
    {"amax", 10000, 10000},      {"amin", 10000, 10000},
    {"max", 10000, 10000},       {"min", 10000, 10000},
    {"iamin", 10000, 10000},     {"imax", 10000, 10000},
    {"imin", 10000, 10000},      {"getrf", 9999, 9999},
    {"potrf", 63, 63},
};

int (*real_max_threads)() = nullptr;

int max_threads_of_call() {
  const int threads = in_flight.threads;
  return threads > 0 ? threads : real_max_threads();
}

}  // namespace

void* openblas_import(const char* name, int (*real)()) noexcept {
  if (strcmp(name, "omp_get_max_threads") != 0) return nullptr;
  real_max_threads = real;
  return reinterpret_cast<void*>(&max_threads_of_call);
}

bool openblas_asks_us(void* handle) noexcept {
  return import_of(handle, "omp_get_max_threads") == reinterpret_cast<void*>(&max_threads_of_call);
}

bool identify_openblas(Library* library) noexcept {
  void* handle = library->handle;
  const auto get_config = function<const char* (*)()>(handle, "openblas_get_config");
  const auto get_core = function<const char* (*)()>(handle, "openblas_get_corename");
  const auto get_parallel = function<int (*)()>(handle, "openblas_get_parallel");
  if (get_config == nullptr || get_parallel == nullptr) {
    base::warn("%s is not an OpenBLAS: it is not used; install %s", library->path,
               package_of(Kind::openblas));
    library->handle = nullptr;
    return false;
  }
  if (get_parallel() != kOpenMpBuild) {
    base::warn(
        "%s is not the OpenMP build of OpenBLAS (the others have one pool for the process, or no "
        "locks): it is not "
        "used; install %s",
        library->path, package_of(Kind::openblas));
    library->handle = nullptr;
    return false;
  }
  const char* config = get_config();
  sscanf(config, "OpenBLAS %31s", library->version);
  if (get_core != nullptr) snprintf(library->kernel, sizeof library->kernel, "%s", get_core());
  const char* most = strstr(config, "MAX_THREADS=");
  library->max_threads = most != nullptr ? atoi(most + 12) : 64;
  library->threaded = true;
  return true;
}

bool choose_core_again(const Library& library, const char* core) noexcept {
  Version version;
  parse_version(library.version, version);
  if (version < kFirstChoosing || kLastChoosing < version) return false;
  const auto quit = function<void (*)()>(library.handle, "gotoblas_dynamic_quit");
  const auto init = function<void (*)()>(library.handle, "gotoblas_dynamic_init");
  if (quit == nullptr || init == nullptr) return false;
  const EnvironmentOverlay overlay("OPENBLAS_CORETYPE", core);
  quit();
  init();
  return true;
}

float openblas_serial_work(const char* family, char type, const Version& version) noexcept {
  if (version < kFirstRead || kLastRead < version) return kNever;
  for (const SerialRow& row : kSerial) {
    if (strcmp(row.family, family) != 0) continue;
    return type == 's' || type == 'd' ? row.real_work : row.complex_work;
  }
  return kNever;
}

bool openblas_hangs_on_threads(const char* family) noexcept {
  return strcmp(family, "gemm3m") == 0;
}

}  // namespace switchblas::backend
