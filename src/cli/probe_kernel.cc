// SPDX-License-Identifier: BSD-3-Clause
// switchblas probe-kernel (hidden): loads one library with one kernel, checks its numbers, measures
// its speed on one thread and prints JSON. It may crash or hang: it is the probe's child.
#include <dlfcn.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/probe_checks.h"

namespace switchblas::cli {

void Checks::expect(double ratio, const std::string& subject) {
  ++count_;
  if (ratio <= 1) return;
  const std::string routine = subject.substr(0, subject.find(' '));
  for (const std::string& known : failures_) {
    if (known.compare(0, routine.size() + 1, routine + " ") == 0) return;
  }
  char text[32];
  std::snprintf(text, sizeof text, " (%.3g)", ratio);
  failures_.push_back(subject + text);
}

void* routine_of(void* handle, const std::string& name) {
  void* function = dlsym(handle, (name + "_").c_str());
  if (function == nullptr) throw Failure(kFailed, "the library has no " + name + "_");
  return function;
}

namespace {

using Json = nlohmann::json;

struct Subject {
  void* handle = nullptr;
  std::string kind;
  std::string version;
  std::string core;  // that runs
};

template <class Function>
Function* symbol(void* handle, const char* name) {
  return reinterpret_cast<Function*>(dlsym(handle, name));
}

/// The number that BLIS_ARCH_TYPE takes for a sub-configuration; numbers differ by version.
int blis_number(void* handle, const std::string& configuration) {
  const auto name_of_id = symbol<const char*(int)>(handle, "bli_arch_string");
  for (int id = 0; name_of_id != nullptr && id < 64; ++id) {
    const char* name = name_of_id(id);
    if (name == nullptr) break;
    if (configuration == name) return id;
    if (std::string(name) == "generic") break;  // the last one of every version
  }
  return -1;
}

void* open_library(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw Failure(kFailed, dlerror());
  return handle;
}

/// `core` empty: the library's own choice.
Subject load(const std::string& path, const std::string& core) {
  for (const char* name : {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_VERBOSE",
                           "BLIS_ARCH_TYPE", "BLIS_ARCH_DEBUG"}) {
    unsetenv(name);
  }
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS"}) {
    setenv(name, "1", 1);
  }
  if (!core.empty()) setenv("OPENBLAS_CORETYPE", core.c_str(), 1);
  Subject subject;
  subject.handle = open_library(path);
  if (const auto config = symbol<const char*()>(subject.handle, "openblas_get_config")) {
    subject.kind = "openblas";
    char version[32] = "";
    std::sscanf(config(), "OpenBLAS %31s", version);
    subject.version = version;
    const auto name = symbol<const char*()>(subject.handle, "openblas_get_corename");
    if (name != nullptr) subject.core = name();
    return subject;
  }
  const auto initialise = symbol<void()>(subject.handle, "bli_init");
  const auto query = symbol<int()>(subject.handle, "bli_arch_query_id");
  const auto name_of_id = symbol<const char*(int)>(subject.handle, "bli_arch_string");
  const auto version = symbol<const char*()>(subject.handle, "bli_info_get_version_str");
  if (initialise == nullptr || query == nullptr || name_of_id == nullptr || version == nullptr) {
    throw Failure(kFailed, path + " is neither OpenBLAS nor BLIS");
  }
  if (!core.empty()) {
    const int number = blis_number(subject.handle, core);
    if (number < 0) throw Failure(kFailed, "this version has no sub-configuration " + core);
    setenv("BLIS_ARCH_TYPE", std::to_string(number).c_str(), 1);
  }
  initialise();
  subject.kind = "blis";
  subject.version = version();
  subject.core = name_of_id(query());
  return subject;
}

/// Processor time of this thread: what other processes take of the core does not count.
double now() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Work per second in 1e9 of the fastest repetition: disturbances only ever slow down.
double best_rate(double work, const std::function<void()>& call) {
  constexpr double kSeconds = 0.05;
  constexpr int kRepetitions = 5;
  call();
  double best = HUGE_VAL;
  const double end = now() + kSeconds;
  for (int i = 0; i < kRepetitions || now() < end; ++i) {
    const double begin = now();
    call();
    best = std::min(best, now() - begin);
    if (now() > end + 4 * kSeconds) break;
  }
  return work / best * 1e-9;
}

template <class T>
double gemm_rate(void* handle, int n) {
  Random random;
  const auto elements = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
  const auto a = random.numbers<T>(elements);
  const auto b = random.numbers<T>(elements);
  std::vector<T> c(elements);
  const T one(1);
  const T zero(0);
  const auto gemm =
      routine_of<void(const char*, const char*, const int*, const int*, const int*, const T*,
                      const T*, const int*, const T*, const int*, const T*, T*, const int*,
                      std::size_t, std::size_t)>(handle, name_of<T>("gemm"));
  const double work = (kIsComplex<T> ? 8.0 : 2.0) * n * n * n;
  return best_rate(work, [&] {
    gemm("N", "N", &n, &n, &n, &one, a.data(), &n, b.data(), &n, &zero, c.data(), &n, 1, 1);
  });
}

double gemv_rate(void* handle, int n) {
  Random random;
  const auto order = static_cast<std::size_t>(n);
  const auto a = random.numbers<double>(order * order);
  const auto x = random.numbers<double>(order);
  std::vector<double> y(order);
  const double one = 1;
  const double zero = 0;
  const int step = 1;
  const auto gemv =
      routine_of<void(const char*, const int*, const int*, const double*, const double*, const int*,
                      const double*, const int*, const double*, double*, const int*, std::size_t)>(
          handle, "dgemv");
  return best_rate(2.0 * n * n, [&] {
    gemv("N", &n, &n, &one, a.data(), &n, x.data(), &step, &zero, y.data(), &step, 1);
  });
}

/// Solves with the identity, so that the right-hand side stays as it is.
double trsm_rate(void* handle, int n) {
  const auto order = static_cast<std::size_t>(n);
  std::vector<double> a(order * order);
  for (std::size_t i = 0; i < order; ++i) a[i * order + i] = 1;
  Random random;
  auto b = random.numbers<double>(order * order);
  const double one = 1;
  const auto trsm =
      routine_of<void(const char*, const char*, const char*, const char*, const int*, const int*,
                      const double*, const double*, const int*, double*, const int*, std::size_t,
                      std::size_t, std::size_t, std::size_t)>(handle, "dtrsm");
  constexpr int kSolves = 10;  // one is too short for the clock
  return best_rate(1.0 * kSolves * n * n * n, [&] {
    for (int i = 0; i < kSolves; ++i) {
      trsm("L", "L", "N", "N", &n, &n, &one, a.data(), &n, b.data(), &n, 1, 1, 1, 1);
    }
  });
}

Json measure(void* handle) {
  return {{"dtrsm_64", trsm_rate(handle, 64)},
          {"dgemm_64", gemm_rate<double>(handle, 64)},
          {"sgemm_384", gemm_rate<float>(handle, 384)},
          {"dgemm_384", gemm_rate<double>(handle, 384)},
          {"dgemm_640", gemm_rate<double>(handle, 640)},
          {"zgemm_192", gemm_rate<std::complex<double>>(handle, 192)},
          {"dgemv_384", gemv_rate(handle, 384)}};
}

int probe_kernel(const std::string& path, const std::string& core, bool only_measure) {
  const bool identify = core.empty();
  const Subject subject = load(path, core);
  Json result = {{"kind", subject.kind}, {"version", subject.version}, {"core", subject.core}};
  if (!identify && strcasecmp(subject.core.c_str(), core.c_str()) == 0) {
    Checks checks;
    if (!only_measure) check_blas(subject.handle, checks);
    if (!only_measure && subject.kind == "openblas") check_lapack(subject.handle, checks);
    result["checks"] = checks.count();
    result["failed"] = checks.failures();
    if (checks.failures().empty()) result["speed"] = measure(subject.handle);
  }
  std::printf("\n%s\n", result.dump().c_str());
  return kDone;
}

struct Options {
  std::string library;
  std::string core;
  bool only_measure = false;
};

}  // namespace

void add_probe_kernel(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand("probe-kernel", "Checks and measures one kernel");
  verb->group("");
  const auto options = std::make_shared<Options>();
  verb->add_option("LIBRARY", options->library, "File of an OpenBLAS or BLIS")->required();
  verb->add_option("CORE", options->core, "Core or sub-configuration; without: which one it takes");
  verb->add_flag("--only-measure", options->only_measure, "No checks");
  verb->callback([options, &action] {
    action = [=] { return probe_kernel(options->library, options->core, options->only_measure); };
  });
}

}  // namespace switchblas::cli
