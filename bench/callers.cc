// SPDX-License-Identifier: BSD-3-Clause
// How many small and middle-size calls threads get done that all call at once: bench_callers
// THREADS SECONDS prints calls per second. BLAS and LAPACK are the libblas.so.3 and liblapack.so.3
// that the loader finds. callers.py runs it on one library after the other.
#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

template <class F>
F* function(void* library, const char* name) {
  void* found = library != nullptr ? dlsym(library, name) : nullptr;
  if (found == nullptr) {
    std::fprintf(stderr, "bench_callers: error: no %s: %s\n", name, dlerror());
    std::exit(2);
  }
  return reinterpret_cast<F*>(found);
}

struct Library {
  void* blas = dlopen("libblas.so.3", RTLD_NOW | RTLD_GLOBAL);
  void* lapack = dlopen("liblapack.so.3", RTLD_NOW | RTLD_GLOBAL);
  double (*ddot)(const int*, const double*, const int*, const double*, const int*) =
      function<double(const int*, const double*, const int*, const double*, const int*)>(blas,
                                                                                         "ddot_");
  void (*dgemv)(const char*, const int*, const int*, const double*, const double*, const int*,
                const double*, const int*, const double*, double*, const int*, std::size_t) =
      function<void(const char*, const int*, const int*, const double*, const double*, const int*,
                    const double*, const int*, const double*, double*, const int*, std::size_t)>(
          blas, "dgemv_");
  void (*dgemm)(const char*, const char*, const int*, const int*, const int*, const double*,
                const double*, const int*, const double*, const int*, const double*, double*,
                const int*, std::size_t, std::size_t) =
      function<void(const char*, const char*, const int*, const int*, const int*, const double*,
                    const double*, const int*, const double*, const int*, const double*, double*,
                    const int*, std::size_t, std::size_t)>(blas, "dgemm_");
  void (*dtrsm)(const char*, const char*, const char*, const char*, const int*, const int*,
                const double*, const double*, const int*, double*, const int*, std::size_t,
                std::size_t, std::size_t, std::size_t) =
      function<void(const char*, const char*, const char*, const char*, const int*, const int*,
                    const double*, const double*, const int*, double*, const int*, std::size_t,
                    std::size_t, std::size_t, std::size_t)>(blas, "dtrsm_");
  void (*dgetrf)(const int*, const int*, double*, const int*, int*, int*) =
      function<void(const int*, const int*, double*, const int*, int*, int*)>(lapack, "dgetrf_");
};

constexpr int kLargest = 160;

struct Operands {
  explicit Operands(unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> number(-1, 1);
    for (auto* matrix : {&a, &b, &c}) {
      matrix->resize(std::size_t{kLargest} * kLargest);
      for (double& value : *matrix) value = number(random);
    }
    for (int i = 0; i < kLargest; ++i) a[static_cast<std::size_t>(i) * (kLargest + 1)] += kLargest;
  }
  std::vector<double> a, b, c;
  int pivots[kLargest] = {};
};

/// One call of each kind and size; how many those are.
int calls(const Library& library, Operands& o) {
  const int ld = kLargest, inc = 1;
  const double one = 1, zero = 0, small = 1e-3;
  int count = 0, info = 0;
  double sum = 0;
  for (const int n : {8, 64, 160}) {
    sum += library.ddot(&n, o.a.data(), &inc, o.b.data(), &inc);
    library.dgemv("N", &n, &n, &one, o.a.data(), &ld, o.b.data(), &inc, &zero, o.c.data(), &inc, 1);
    library.dgemm("N", "T", &n, &n, &n, &small, o.a.data(), &ld, o.b.data(), &ld, &zero, o.c.data(),
                  &ld, 1, 1);
    library.dtrsm("L", "U", "N", "N", &n, &n, &one, o.a.data(), &ld, o.c.data(), &ld, 1, 1, 1, 1);
    o.c = o.a;
    library.dgetrf(&n, &n, o.c.data(), &ld, o.pivots, &info);
    count += 5;
  }
  o.c[0] = sum;
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 0;
  const double seconds = argc > 2 ? std::atof(argv[2]) : 0;
  if (threads < 1 || seconds <= 0) {
    std::fprintf(stderr, "usage: bench_callers THREADS SECONDS\n");
    return 2;
  }
  const Library library;
  Operands first(0);
  calls(library, first);
  std::atomic<long> done{0};
  std::vector<std::thread> callers;
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration<double>(seconds);
  for (int i = 0; i < threads; ++i) {
    callers.emplace_back([&, i] {
      Operands own(static_cast<unsigned>(i));
      long count = 0;
      while (Clock::now() < end) count += calls(library, own);
      done += count;
    });
  }
  for (std::thread& caller : callers) caller.join();
  // A thread that began its last round in time may end it late.
  const std::chrono::duration<double> time = Clock::now() - begin;
  std::printf("%.0f\n", static_cast<double>(done) / time.count());
  return 0;
}
