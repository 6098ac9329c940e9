// SPDX-License-Identifier: BSD-3-Clause
// What it costs when one thread's OpenMP teams change their size: the time of an empty region whose
// size alternates, above that of regions of the two sizes alone. libgomp ends the threads that a
// smaller team does not need, and creates them again. Sizes may exceed the cores of the machine,
// which makes the figures an upper bound: the threads then also wait for each other.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>

namespace switchblas::bench {
namespace {

void region(int threads) {
#pragma omp parallel num_threads(threads)
  benchmark::ClobberMemory();
}

double us_per_region(int first, int second, int regions) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < regions; i += 2) {
    region(first);
    region(second);
  }
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
  return time.count() / regions;
}

void change(benchmark::State& state) {
  const int large = static_cast<int>(state.range(0));
  const int small = static_cast<int>(state.range(1));
  constexpr int kRegions = 20;
  double alternating = 0, alone = 0;
  for (auto _ : state) {
    us_per_region(large, large, 2);
    alone += us_per_region(large, large, kRegions) / 2;
    us_per_region(small, small, 2);
    alone += us_per_region(small, small, kRegions) / 2;
    const double us = us_per_region(large, small, kRegions);
    alternating += us;
    state.SetIterationTime(us * 1e-6);
  }
  const auto rounds = static_cast<double>(state.iterations());
  // Two regions make one change to and fro.
  state.counters["us_there_and_back"] = 2 * (alternating - alone) / rounds;
}

BENCHMARK(change)
    ->ArgNames({"large", "small"})
    ->ArgsProduct({{2, 4, 8, 16, 64}, {1, 2, 8}})
    ->UseManualTime()
    ->Iterations(20);

}  // namespace
}  // namespace switchblas::bench

BENCHMARK_MAIN();
