// SPDX-License-Identifier: BSD-3-Clause
#include "tune/libraries.h"

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>

namespace switchblas::tune {
namespace {

using backend::Kind;

// What is set for the programs of this shell must not change what is measured.
constexpr const char* kVariables[] = {
    "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
    "BLIS_ARCH_TYPE",    "BLIS_NUM_THREADS", "BLIS_JC_NT",           "BLIS_PC_NT",
    "BLIS_IC_NT",        "BLIS_JR_NT",       "BLIS_IR_NT",           "OMP_NUM_THREADS",
    "OMP_DYNAMIC",       "OMP_THREAD_LIMIT", "OMP_PROC_BIND",        "OMP_PLACES"};

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

std::string text(const char* s) { return s == nullptr ? "" : s; }

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

Libraries::Libraries(const LibraryChoice& openblas, const LibraryChoice& blis) {
  for (const char* name : kVariables) unsetenv(name);
  if (!openblas.path.empty()) load_openblas(openblas);
  if (!blis.path.empty()) load_blis(blis);
}

void Libraries::load_openblas(const LibraryChoice& choice) {
  if (!choice.kernel.empty()) setenv("OPENBLAS_CORETYPE", choice.kernel.c_str(), 1);
  openblas_ = open(choice.path);
  if (need<int (*)()>(openblas_, "openblas_get_parallel", choice.path)() != 2) {
    throw std::runtime_error(choice.path + " is not an OpenMP build");
  }
  set_omp_ = need<void (*)(int)>(openblas_, "omp_set_num_threads", choice.path);
}

void Libraries::load_blis(const LibraryChoice& choice) {
  blis_ = open(choice.path);
  if (!choice.kernel.empty()) {
    setenv("BLIS_ARCH_TYPE", std::to_string(blis_id(blis_, choice.kernel)).c_str(), 1);
  }
  need<void (*)()>(blis_, "bli_init", choice.path)();
  set_blis_ = need<void (*)(long)>(blis_, "bli_thread_set_num_threads", choice.path);
}

void* Libraries::handle(Kind kind) const {
  return kind == Kind::openblas ? openblas_ : kind == Kind::blis ? blis_ : nullptr;
}

Function Libraries::find(Kind kind, const std::string& name) const {
  void* library = handle(kind);
  return library == nullptr ? nullptr : symbol<Function>(library, name.c_str());
}

void Libraries::select(Kind kind, int threads) const {
  if (kind == Kind::openblas) {
    set_omp_(threads);
  } else {
    set_blis_(threads);
  }
}

std::string Libraries::version(Kind kind) const {
  if (!has(kind)) return "";
  if (kind == Kind::blis) {
    const auto version = symbol<const char* (*)()>(blis_, "bli_info_get_version_str");
    return version == nullptr ? "" : text(version());
  }
  const auto config = symbol<const char* (*)()>(openblas_, "openblas_get_config");
  const std::string words = config == nullptr ? "" : text(config());  // "OpenBLAS 0.3.21 ..."
  const std::size_t begin = words.find(' ') + 1;
  return words.substr(begin, words.find(' ', begin) - begin);
}

std::string Libraries::kernel(Kind kind) const {
  if (!has(kind)) return "";
  if (kind == Kind::openblas) {
    const auto core = symbol<const char* (*)()>(openblas_, "openblas_get_corename");
    return core == nullptr ? "" : text(core());
  }
  const auto id = symbol<int (*)()>(blis_, "bli_arch_query_id");
  const auto name = symbol<const char* (*)(int)>(blis_, "bli_arch_string");
  return id == nullptr || name == nullptr ? "" : text(name(id()));
}

}  // namespace switchblas::tune
