// SPDX-License-Identifier: BSD-3-Clause
// What a call through Switchblas costs above a direct call of the same backend function: short
// blocks of both alternate, and the median of the paired differences is compared with the bar.
// A block that was interrupted moves neither the medians nor the quartiles. A virtual machine may
// run at half its speed for seconds: only pairs count whose direct block ran at nearly the best
// speed that was seen.
#include <benchmark/benchmark.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "places.h"

namespace switchblas::bench {
namespace {

constexpr int kPairs = 300;
constexpr long kCalls = 4000;  // of one block
// Bars in nanoseconds.
constexpr double kForwarded = 1, kLevel1 = 2, kRouted = 4, kIcvChanged = 8;

/// What the threads of OpenMP are set to on the two sides.
enum class Icv {
  untouched,  // all, both sides: what a program has
  one,        // one thread, both sides: nothing needs to change
  changed     // all outside of Switchblas and one inside; the direct side is called with one
};

struct Case {
  const char* name;
  const char* symbol;
  double bar_ns;
  Icv icv;
  void (*loop)(Function function, long calls);
};

struct Libraries {
  void* switchblas = nullptr;
  void* openblas = nullptr;
  void (*set_threads)(int) = nullptr;
  int cpus = usable_cpus();
};
Libraries libraries;

// Operands that calls in place do not change: triangles and factors are the identity.
struct Operands {
  Operands() {
    for (std::size_t i = 0; i < kSize; ++i) {
      x[i] = static_cast<double>(i % 7) + 0.5;
      y[i] = 1;
    }
  }
  void make_identity(int n) {
    std::fill(a, a + kSize, 0.);
    for (int i = 0; i < n; ++i) a[i * (n + 1)] = 1;
  }
  static constexpr std::size_t kSize = 1024;
  alignas(64) double a[kSize], x[kSize], y[kSize];
  double one = 1, tiny = 1e-9, zero = 0;
  int inc = 1, info = 0;
};
Operands operands;

void ddot(Function f, long calls, int n) {
  auto* dot = reinterpret_cast<double (*)(int*, double*, int*, double*, int*)>(f);
  Operands& o = operands;
  double sum = 0;
  for (long i = 0; i < calls; ++i) sum += dot(&n, o.x, &o.inc, o.y, &o.inc);
  benchmark::DoNotOptimize(sum);
}

void daxpy(Function f, long calls, int n) {
  auto* axpy = reinterpret_cast<void (*)(int*, double*, double*, int*, double*, int*)>(f);
  Operands& o = operands;
  for (long i = 0; i < calls; ++i) axpy(&n, &o.tiny, o.x, &o.inc, o.y, &o.inc);
}

void dgemv(Function f, long calls, int n) {
  auto* gemv = reinterpret_cast<void (*)(const char*, int*, int*, double*, double*, int*, double*,
                                         int*, double*, double*, int*)>(f);
  Operands& o = operands;
  for (long i = 0; i < calls; ++i) {
    gemv("N", &n, &n, &o.one, o.a, &n, o.x, &o.inc, &o.zero, o.y, &o.inc);
  }
}

void dsymv(Function f, long calls, int n) {
  auto* symv = reinterpret_cast<void (*)(const char*, int*, double*, double*, int*, double*, int*,
                                         double*, double*, int*)>(f);
  Operands& o = operands;
  for (long i = 0; i < calls; ++i) {
    symv("L", &n, &o.one, o.a, &n, o.x, &o.inc, &o.zero, o.y, &o.inc);
  }
}

void dtrmv(Function f, long calls, int n) {
  auto* trmv = reinterpret_cast<void (*)(const char*, const char*, const char*, int*, double*, int*,
                                         double*, int*)>(f);
  Operands& o = operands;
  o.make_identity(n);
  for (long i = 0; i < calls; ++i) trmv("L", "N", "N", &n, o.a, &n, o.y, &o.inc);
}

void dgemm(Function f, long calls, int n) {
  auto* gemm = reinterpret_cast<void (*)(const char*, const char*, int*, int*, int*, double*,
                                         double*, int*, double*, int*, double*, double*, int*)>(f);
  Operands& o = operands;
  for (long i = 0; i < calls; ++i) {
    gemm("N", "N", &n, &n, &n, &o.one, o.a, &n, o.x, &n, &o.zero, o.y, &n);
  }
}

void dsymm(Function f, long calls, int n) {
  auto* symm = reinterpret_cast<void (*)(const char*, const char*, int*, int*, double*, double*,
                                         int*, double*, int*, double*, double*, int*)>(f);
  Operands& o = operands;
  for (long i = 0; i < calls; ++i) {
    symm("L", "L", &n, &n, &o.one, o.a, &n, o.x, &n, &o.zero, o.y, &n);
  }
}

void cblas_ddot(Function f, long calls, int n) {
  auto* dot = reinterpret_cast<double (*)(int, const double*, int, const double*, int)>(f);
  Operands& o = operands;
  double sum = 0;
  for (long i = 0; i < calls; ++i) sum += dot(n, o.x, 1, o.y, 1);
  benchmark::DoNotOptimize(sum);
}

void cblas_dgemm(Function f, long calls, int n) {
  constexpr int kRowMajor = 101, kNoTrans = 111;
  auto* gemm = reinterpret_cast<void (*)(int, int, int, int, int, int, double, const double*, int,
                                         const double*, int, double, double*, int)>(f);
  Operands& o = operands;
  for (long i = 0; i < calls; ++i) {
    gemm(kRowMajor, kNoTrans, kNoTrans, n, n, n, 1, o.a, n, o.x, n, 0, o.y, n);
  }
}

void dtrsm(Function f, long calls, int n) {
  auto* trsm = reinterpret_cast<void (*)(const char*, const char*, const char*, const char*, int*,
                                         int*, double*, double*, int*, double*, int*)>(f);
  Operands& o = operands;
  o.make_identity(n);
  for (long i = 0; i < calls; ++i) {
    trsm("L", "L", "N", "N", &n, &n, &o.one, o.a, &n, o.y, &n);
  }
}

void dpotrf(Function f, long calls, int n) {
  auto* potrf = reinterpret_cast<void (*)(const char*, int*, double*, int*, int*, std::size_t)>(f);
  Operands& o = operands;
  o.make_identity(n);
  for (long i = 0; i < calls; ++i) potrf("L", &n, o.a, &n, &o.info, 1);
}

void dlapy2(Function f, long calls, int) {
  auto* lapy2 = reinterpret_cast<double (*)(double*, double*)>(f);
  double sum = 0;
  for (long i = 0; i < calls; ++i) sum += lapy2(operands.x, operands.y);
  benchmark::DoNotOptimize(sum);
}

void dlamch(Function f, long calls, int) {
  auto* lamch = reinterpret_cast<double (*)(const char*, std::size_t)>(f);
  double sum = 0;
  for (long i = 0; i < calls; ++i) sum += lamch("E", 1);
  benchmark::DoNotOptimize(sum);
}

void ilaver(Function f, long calls, int) {
  auto* version = reinterpret_cast<void (*)(int*, int*, int*)>(f);
  int major, minor, patch;
  for (long i = 0; i < calls; ++i) version(&major, &minor, &patch);
}

template <auto kLoop, int kN>
void of_size(Function f, long calls) {
  kLoop(f, calls, kN);
}

const Case kCases[] = {
    {"ilaver", "ilaver_", kForwarded, Icv::untouched, of_size<ilaver, 0>},
    {"dlapy2", "dlapy2_", kForwarded, Icv::untouched, of_size<dlapy2, 0>},
    {"dlamch", "dlamch_", kForwarded, Icv::untouched, of_size<dlamch, 0>},
    {"ddot/1", "ddot_", kLevel1, Icv::untouched, of_size<ddot, 1>},
    {"ddot/8", "ddot_", kLevel1, Icv::untouched, of_size<ddot, 8>},
    {"daxpy/8", "daxpy_", kLevel1, Icv::untouched, of_size<daxpy, 8>},
    {"dgemv/4", "dgemv_", kRouted, Icv::one, of_size<dgemv, 4>},
    {"dgemm/2", "dgemm_", kRouted, Icv::one, of_size<dgemm, 2>},
    {"dgemm/4", "dgemm_", kRouted, Icv::one, of_size<dgemm, 4>},
    {"dgemm/8", "dgemm_", kRouted, Icv::one, of_size<dgemm, 8>},
    {"cblas_ddot/8", "cblas_ddot", kLevel1, Icv::untouched, of_size<cblas_ddot, 8>},
    {"cblas_dgemm/4", "cblas_dgemm", kRouted, Icv::one, of_size<cblas_dgemm, 4>},
    {"dtrsm/4", "dtrsm_", kRouted, Icv::one, of_size<dtrsm, 4>},
    {"dpotrf/4", "dpotrf_", kRouted, Icv::one, of_size<dpotrf, 4>},
    {"dgemv/4/all", "dgemv_", kIcvChanged, Icv::untouched, of_size<dgemv, 4>},
    {"dgemm/4/all", "dgemm_", kIcvChanged, Icv::untouched, of_size<dgemm, 4>},
    {"cblas_dgemm/4/all", "cblas_dgemm", kIcvChanged, Icv::untouched, of_size<cblas_dgemm, 4>},
    {"dtrsm/4/all", "dtrsm_", kIcvChanged, Icv::untouched, of_size<dtrsm, 4>},
    {"dpotrf/4/all", "dpotrf_", kIcvChanged, Icv::untouched, of_size<dpotrf, 4>},
    // These start threads at any size in the OpenBLAS of Debian 12.
    {"dsymv/8/changed", "dsymv_", kIcvChanged, Icv::changed, of_size<dsymv, 8>},
    {"dtrmv/8/changed", "dtrmv_", kIcvChanged, Icv::changed, of_size<dtrmv, 8>},
    {"dsymm/4/changed", "dsymm_", kIcvChanged, Icv::changed, of_size<dsymm, 4>},
};

double ns_per_call(const Case& c, Function function, int threads) {
  libraries.set_threads(threads);
  timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  c.loop(function, kCalls);
  clock_gettime(CLOCK_MONOTONIC, &end);
  const double ns = static_cast<double>(end.tv_sec - begin.tv_sec) * 1e9 +
                    static_cast<double>(end.tv_nsec - begin.tv_nsec);
  return ns / static_cast<double>(kCalls);
}

double quantile(std::vector<double>& values, double q) {
  const auto at = values.begin() + static_cast<long>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

void keep_full_speed(std::vector<double>& through_ns, std::vector<double>& direct_ns,
                     std::vector<double>& over_ns) {
  constexpr double kNearly = 1.1;
  std::vector<double> sorted = direct_ns;
  const double limit = kNearly * quantile(sorted, 0.05);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < direct_ns.size(); ++i) {
    if (direct_ns[i] > limit) continue;
    through_ns[kept] = through_ns[i];
    over_ns[kept] = over_ns[i];
    direct_ns[kept++] = direct_ns[i];
  }
  through_ns.resize(kept);
  over_ns.resize(kept);
  direct_ns.resize(kept);
}

void run(benchmark::State& state, const Case& c) {
  auto* through = reinterpret_cast<Function>(dlsym(libraries.switchblas, c.symbol));
  auto* direct = reinterpret_cast<Function>(dlsym(libraries.openblas, c.symbol));
  if (through == nullptr || direct == nullptr || through == direct) {
    state.SkipWithError(through == direct ? "both sides are the same function" : "no such symbol");
    return;
  }
  const int outside = c.icv == Icv::one ? 1 : libraries.cpus;
  const int inside = c.icv == Icv::untouched ? libraries.cpus : 1;
  ns_per_call(c, through, outside);
  ns_per_call(c, direct, inside);
  std::vector<double> through_ns, direct_ns, over_ns;
  bool through_first = false;
  for (auto _ : state) {
    through_first = !through_first;
    double t = through_first ? ns_per_call(c, through, outside) : 0;
    const double d = ns_per_call(c, direct, inside);
    if (!through_first) t = ns_per_call(c, through, outside);
    through_ns.push_back(t);
    direct_ns.push_back(d);
    over_ns.push_back(t - d);
    state.SetIterationTime(t * 1e-9);
  }
  keep_full_speed(through_ns, direct_ns, over_ns);
  const double over = quantile(over_ns, 0.5);
  state.counters["through_ns"] = quantile(through_ns, 0.5);
  state.counters["direct_ns"] = quantile(direct_ns, 0.5);
  state.counters["over_ns"] = over;
  state.counters["iqr_ns"] = quantile(over_ns, 0.75) - quantile(over_ns, 0.25);
  state.counters["bar_ns"] = c.bar_ns;
  state.SetLabel(over <= c.bar_ns ? "ok" : "OVER");
}

class Table : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override {
    std::printf("%-20s %10s %10s %8s %8s %6s\n", "[ns per call]", "through", "direct", "over",
                "IQR", "bar");
    return true;
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& r : runs) {
      const std::string full = r.run_name.function_name;
      if (r.error_occurred) {
        std::printf("%-20s skipped: %s\n", full.c_str(), r.error_message.c_str());
        continue;
      }
      const auto value = [&r](const char* name) { return r.counters.at(name).value; };
      std::printf("%-20s %10.2f %10.2f %8.2f %8.2f %6.0f %s\n", full.c_str(), value("through_ns"),
                  value("direct_ns"), value("over_ns"), value("iqr_ns"), value("bar_ns"),
                  r.report_label.c_str());
    }
    std::fflush(stdout);
  }
};

/// Empty, or why it cannot be measured. The direct side must be the very copy that Switchblas
/// loaded, for another one may run other kernels; hence the first call before the look-up.
std::string load(const std::string& library) {
  const int flags = RTLD_NOW | RTLD_LOCAL;
  libraries.switchblas = dlopen(library.c_str(), flags);
  if (libraries.switchblas == nullptr) return dlerror();
  auto* first = reinterpret_cast<Function>(dlsym(libraries.switchblas, "dgemm_"));
  if (first == nullptr) return library + " has no dgemm_";
  dgemm(first, 1, 4);
  const char* file = std::getenv("SWITCHBLAS_OPENBLAS");
  const std::string openblas =
      file != nullptr ? file : distribution_file("openblas-openmp/libopenblas.so.0");
  libraries.openblas = dlopen(openblas.c_str(), flags | RTLD_NOLOAD);
  if (libraries.openblas == nullptr) return library + " has not loaded " + openblas;
  libraries.set_threads =
      reinterpret_cast<void (*)(int)>(dlsym(libraries.openblas, "omp_set_num_threads"));
  return libraries.set_threads != nullptr ? "" : openblas + " does not bring omp_set_num_threads";
}

}  // namespace
}  // namespace switchblas::bench

int main(int argc, char** argv) {
  using namespace switchblas::bench;
  benchmark::Initialize(&argc, argv);
  const char* named = std::getenv("SWITCHBLAS_LIBRARY");
  const std::string library = argc > 1 ? argv[1] : named != nullptr ? named : "libswitchblas.so.0";
  const std::string error = load(library);
  if (!error.empty() || argc > 2) {
    std::fprintf(
        stderr,
        "bench_overhead: error: %s\nusage: bench_overhead [LIBSWITCHBLAS] [--benchmark_...]; "
        "the library can also be named by SWITCHBLAS_LIBRARY\n",
        error.empty() ? "too many arguments" : error.c_str());
    return 2;
  }
  for (const Case& c : kCases) {
    benchmark::RegisterBenchmark(c.name, [&c](benchmark::State& state) { run(state, c); })
        ->UseManualTime()
        ->Iterations(kPairs);
  }
  Table table;
  benchmark::RunSpecifiedBenchmarks(&table);
  return 0;
}
