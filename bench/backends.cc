// SPDX-License-Identifier: BSD-3-Clause
#include "backends.h"

#include <dlfcn.h>
#include <sched.h>

#include <cstdlib>
#include <stdexcept>

namespace switchblas::bench {
namespace {

#if defined(__x86_64__)
constexpr const char* kTriplet = "x86_64-linux-gnu";
#elif defined(__aarch64__)
constexpr const char* kTriplet = "aarch64-linux-gnu";
#else
#error "no library paths known for this architecture"
#endif

bool has_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

bool has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

void* open(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) throw std::runtime_error(std::string("cannot load ") + dlerror());
  return handle;
}

template <class F>
F symbol(void* handle, const char* name) {
  return reinterpret_cast<F>(dlsym(handle, name));
}

template <class F>
F need(void* handle, const char* name, const std::string& file) {
  F found = symbol<F>(handle, name);
  if (found == nullptr) throw std::runtime_error(file + " has no " + name);
  return found;
}

std::string text(const char* s) { return s == nullptr ? "?" : s; }

/// BLIS numbers its sub-configurations differently in each version; "generic" is the last name.
int blis_id(void* blis, const std::string& name) {
  auto* name_of = symbol<const char* (*)(int)>(blis, "bli_arch_string");
  for (int id = 0; name_of != nullptr && id < 64; ++id) {
    if (name == name_of(id)) return id;
    if (std::string("generic") == name_of(id)) break;
  }
  throw std::runtime_error("BLIS knows no configuration \"" + name + "\"");
}

}  // namespace

std::string distribution_file(const std::string& file) {
  return std::string("/usr/lib/") + kTriplet + "/" + file;
}

int usable_cpus() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

Backends::Backends(const Setup& setup) {
  // What is set for the programs of this shell must not change what is measured.
  for (const char* name :
       {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "BLIS_ARCH_TYPE", "BLIS_JC_NT", "BLIS_PC_NT",
        "BLIS_IC_NT", "BLIS_JR_NT", "BLIS_IR_NT", "BLIS_NUM_THREADS", "OMP_NUM_THREADS",
        "OMP_DYNAMIC", "OMP_THREAD_LIMIT", "OMP_ADAPTIVE"}) {
    unsetenv(name);
  }
  threads_ = setup.threads > 0 ? setup.threads : usable_cpus();
  load_openblas(setup);
  load_blis(setup);
  if (setup.reference != "none") {
    const bool named = !setup.reference.empty();
    reference_ = open(named ? setup.reference : distribution_file("blas/libblas.so.3"));
  }
  arms_.push_back({"openblas*1", Library::openblas, 1});
  if (threads_ > 1) arms_.push_back({"openblas*all", Library::openblas, threads_});
  arms_.push_back({"blis*1", Library::blis, 1});
  if (threads_ > 1) arms_.push_back({"blis*all", Library::blis, threads_});
  if (reference_ != nullptr) arms_.push_back({"reference*1", Library::reference, 1});
}

void Backends::load_openblas(const Setup& setup) {
  const std::string file = setup.openblas.empty()
                               ? distribution_file("openblas-openmp/libopenblas.so.0")
                               : setup.openblas;
  std::string core = setup.openblas_core;
  if (core == "auto") core = has_avx512() ? "SkylakeX" : has_avx2() ? "Haswell" : "";
  if (!core.empty()) setenv("OPENBLAS_CORETYPE", core.c_str(), 1);
  openblas_ = open(file);
  if (need<int (*)()>(openblas_, "openblas_get_parallel", file)() != 2) {
    throw std::runtime_error(file + " is not an OpenMP build");
  }
  set_omp_ = need<void (*)(int)>(openblas_, "omp_set_num_threads", file);
}

void Backends::load_blis(const Setup& setup) {
  const std::string file =
      setup.blis.empty() ? distribution_file("blis-openmp/libblis.so.4") : setup.blis;
  blis_ = open(file);
  std::string config = setup.blis_config;
  if (config == "auto") config = has_avx512() ? "skx" : has_avx2() ? "haswell" : "";
  if (!config.empty()) setenv("BLIS_ARCH_TYPE", std::to_string(blis_id(blis_, config)).c_str(), 1);
  need<void (*)()>(blis_, "bli_init", file)();
  set_blis_ = need<void (*)(long)>(blis_, "bli_thread_set_num_threads", file);
}

Function Backends::find(const Arm& arm, const std::string& name) const {
  void* handle = arm.library == Library::openblas ? openblas_
                 : arm.library == Library::blis   ? blis_
                                                  : reference_;
  return symbol<Function>(handle, name.c_str());
}

void Backends::select(const Arm& arm) const {
  if (arm.library == Library::openblas) {
    set_omp_(arm.threads);
  } else if (arm.library == Library::blis) {
    set_blis_(arm.threads);
  }
}

std::string Backends::describe() const {
  const auto config = symbol<const char* (*)()>(openblas_, "openblas_get_config");
  const auto core = symbol<const char* (*)()>(openblas_, "openblas_get_corename");
  const auto version = symbol<const char* (*)()>(blis_, "bli_info_get_version_str");
  const auto id = symbol<int (*)()>(blis_, "bli_arch_query_id");
  const auto name = symbol<const char* (*)(int)>(blis_, "bli_arch_string");
  std::string openblas = config != nullptr ? text(config()) : "OpenBLAS ?";
  const auto second_space = openblas.find(' ', openblas.find(' ') + 1);
  return openblas.substr(0, second_space) + " " + (core != nullptr ? text(core()) : "?") +
         ", BLIS " + (version != nullptr ? text(version()) : "?") + " " +
         (id != nullptr && name != nullptr ? text(name(id())) : "?");
}

}  // namespace switchblas::bench
