// SPDX-License-Identifier: BSD-3-Clause
// The rules against the libraries that are installed: what they really choose on this machine's
// CPU, whichever that is. In a child process each, as the libraries read the environment once.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "backend/kernels.h"

namespace switchblas::backend {
namespace {

#if defined(__x86_64__)
#define TRIPLET "x86_64-linux-gnu"
#else
#define TRIPLET "aarch64-linux-gnu"
#endif
constexpr const char* kOpenblasFiles[] = {
    "/usr/lib/" TRIPLET "/openblas-openmp/libopenblas.so.0",
    "/usr/lib/" TRIPLET "/openblas-pthread/libopenblas.so.0",
    "/usr/lib/" TRIPLET "/openblas-serial/libopenblas.so.0",
};
constexpr const char* kBlisFiles[] = {
    "/usr/lib/" TRIPLET "/blis-openmp/libblis.so.4",
    "/usr/lib/" TRIPLET "/blis-pthread/libblis.so.4",
    "/usr/lib/" TRIPLET "/blis-serial/libblis.so.4",
};
constexpr int kAgrees = 0;
constexpr int kDiffers = 1;
constexpr int kCannotTell = 2;

template <typename Function>
Function symbol(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

const char* first_readable(const char* const* files, int count) {
  for (int i = 0; i < count; ++i) {
    if (access(files[i], R_OK) == 0) return files[i];
  }
  return nullptr;
}

int compare(const char* library, const char* expected, const char* found) {
  if (expected != nullptr && found != nullptr && std::string(expected) == found) return kAgrees;
  fprintf(stderr, "%s chooses %s, expected %s\n", library, found != nullptr ? found : "nothing",
          expected != nullptr ? expected : "nothing");
  return kDiffers;
}

void check_openblas(const char* file) {
  unsetenv("OPENBLAS_CORETYPE");
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) _exit(kCannotTell);
  const auto config = symbol<const char* (*)()>(library, "openblas_get_config");
  const auto core = symbol<const char* (*)()>(library, "openblas_get_corename");
  Version version;
  if (config == nullptr || core == nullptr || !parse_version(config(), version)) _exit(kCannotTell);
  const bool dynamic = std::string(config()).find("DYNAMIC_ARCH") != std::string::npos;
  if (!dynamic || Version{0, 3, 28} < version) _exit(kCannotTell);
  const machine::Cpu cpu = machine::identify_cpu(machine::FileRoot());
  _exit(compare("OpenBLAS", openblas_default_core(cpu, version).name, core()));
}

void check_blis(const char* file) {
  unsetenv("BLIS_ARCH_TYPE");
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) _exit(kCannotTell);
  const auto init = symbol<void (*)()>(library, "bli_init");
  const auto version_of = symbol<const char* (*)()>(library, "bli_info_get_version_str");
  const auto query = symbol<int (*)()>(library, "bli_arch_query_id");
  const auto name_of = symbol<const char* (*)(int)>(library, "bli_arch_string");
  Version version;
  if (!init || !version_of || !query || !name_of) _exit(kCannotTell);
  if (!parse_version(version_of(), version) || Version{2, 1, 99} < version) _exit(kCannotTell);
  init();
  const machine::Cpu cpu = machine::identify_cpu(machine::FileRoot());
  if (cpu.architecture != machine::Architecture::x86_64) _exit(kCannotTell);
  const char* expected = blis_default_config(cpu, version).name;
  const int id = query();
  if (blis_arch_id(name_of(id), version) != id && expected != std::string("generic")) {
    fprintf(stderr, "BLIS numbers %s as %d\n", name_of(id), id);
    _exit(kDiffers);
  }
  _exit(compare("BLIS", expected, name_of(id)));
}

// The exit status of `check` in a child process; -1 where the child did not exit by itself.
int status_of(void (*check)(const char*), const char* file) {
  const pid_t child = fork();
  if (child == 0) check(file);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

void expect_agreement(void (*check)(const char*), const char* file) {
  if (file == nullptr) GTEST_SKIP() << "not installed";
  const int status = status_of(check, file);
  if (status == kCannotTell) GTEST_SKIP() << file << " is not a build or version that is followed";
  EXPECT_EQ(status, kAgrees) << file;
}

TEST(Installed, OpenblasChoosesAsTheRulesSay) {
  expect_agreement(check_openblas, first_readable(kOpenblasFiles, 3));
}

TEST(Installed, BlisChoosesAsTheRulesSay) {
  expect_agreement(check_blis, first_readable(kBlisFiles, 3));
}

}  // namespace
}  // namespace switchblas::backend
