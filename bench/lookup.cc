// SPDX-License-Identifier: BSD-3-Clause
// What a look-up in a table costs, and that it does not depend on how much the table holds: the
// generic table of this machine, and the same with a hundred times as many rows, each with cells of
// its own. "same" asks for one shape, "mixed" for many shapes of all routines with that number of
// sizes, the same ones in both tables. "after another": a look-up begins when the one before it has
// ended; "side by side": as the processor likes, which is nearer to a call, whose jump it predicts.
// The loop alone is measured beside them (no_lookup) and is part of every figure.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "table/checksum.h"
#include "table/compile.h"
#include "table/find.h"
#include "table/open.h"

namespace switchblas::bench {
namespace {

using table::Header;
using table::RoutineRow;

constexpr int kTimes = 100;

std::string small_table() {
#if defined(__x86_64__)
  const std::string file = SWITCHBLAS_TABLES "/generic-x86-64.toml";
#else
  const std::string file = SWITCHBLAS_TABLES "/generic-arm64.toml";
#endif
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return table::compile_table(text, file).bytes;
}

/// The rows and the cells of a table many times over; only the first rows have names of routines.
std::string large_table(const std::string& small) {
  Header header;
  std::memcpy(&header, small.data(), sizeof header);
  std::vector<RoutineRow> rows(header.routines);
  std::memcpy(rows.data(), small.data() + header.routine_offset, rows.size() * sizeof rows[0]);
  std::uint32_t cells_offset = header.file_bytes;
  for (const RoutineRow& row : rows) cells_offset = std::min(cells_offset, row.grid[0]);
  const std::string cells = small.substr(cells_offset);
  const std::string between =
      small.substr(header.ladder_offset, cells_offset - header.ladder_offset);

  const auto more = static_cast<std::uint32_t>(rows.size() * (kTimes - 1) * sizeof(RoutineRow));
  std::vector<RoutineRow> all;
  std::string all_cells;
  for (int copy = 0; copy < kTimes; ++copy) {
    for (RoutineRow row : rows) {
      if (copy > 0) {
        char name[sizeof row.name] = {};
        std::snprintf(name, sizeof name, "%02d%.12s", copy, row.name);
        std::memcpy(row.name, name, sizeof name);
      }
      for (int variant = 0; variant < row.variants; ++variant)
        row.grid[variant] += more + static_cast<std::uint32_t>(all_cells.size());
      all.push_back(row);
    }
    all_cells += cells;
  }
  std::sort(all.begin(), all.end(), [](const RoutineRow& a, const RoutineRow& b) {
    return std::strcmp(a.name, b.name) < 0;
  });
  header.routines = static_cast<std::uint32_t>(all.size());
  header.ladder_offset += more;
  header.provenance_offset += more;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(reinterpret_cast<const char*>(all.data()), all.size() * sizeof all[0]);
  bytes += between + all_cells;
  header.file_bytes = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  header.checksum = table::checksum_of(bytes.data(), bytes.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

struct Tables {
  Tables() : small(small_table()), large(large_table(small)) {
    for (const std::string* bytes : {&small, &large}) {
      if (table::check_table(bytes->data(), bytes->size()) != table::OpenError::none) {
        std::fprintf(stderr, "bench_lookup: a table is not sound\n");
        std::exit(1);
      }
    }
  }
  const Header& of(bool of_large) const {
    return *reinterpret_cast<const Header*>((of_large ? large : small).data());
  }
  std::string small;
  std::string large;
};

const Tables& tables() {
  static const Tables kTables;
  return kTables;
}

/// One look-up to come: the cells that load time has found, and the sizes of a call.
struct Ask {
  const std::uint8_t* cells;
  std::array<std::int32_t, 3> sizes;
};

constexpr std::size_t kAsks = 1024;

std::vector<Ask> asks(int dims, bool of_large, bool mixed) {
  const Header& table = tables().of(of_large);
  // By the small table's rows: the large one is asked for the same ones.
  std::vector<const RoutineRow*> rows;
  const Header& named = tables().of(false);
  for (std::uint32_t i = 0; i < named.routines; ++i) {
    const RoutineRow& row = table::rows(named)[i];
    if (row.dims == dims) rows.push_back(table::find_row(table, row.name));
  }
  std::mt19937 random(1);
  std::uniform_real_distribution<float> exponent(0, 12);
  std::vector<Ask> list(kAsks);
  for (Ask& ask : list) {
    const RoutineRow& row = *rows[random() % rows.size()];
    ask.cells = table::cells(table, row, static_cast<int>(random() % row.variants));
    for (std::int32_t& size : ask.sizes) {
      size = static_cast<std::int32_t>(std::exp2(exponent(random)));
    }
    if (!mixed) ask = list.front();
  }
  return list;
}

std::uint8_t look_up(int dims, const Ask& ask) {
  const auto m = static_cast<float>(ask.sizes[0]);
  const auto n = static_cast<float>(ask.sizes[1]);
  const auto k = static_cast<float>(ask.sizes[2]);
  if (dims == 1) return table::cell1(ask.cells, m);
  if (dims == 2) return table::cell2(ask.cells, table::Floats{m, n, 0, 0});
  return table::cell3(ask.cells, table::Floats{m, n, k, 0});
}

template <int kDims>
void lookup(benchmark::State& state) {
  const std::vector<Ask> list = asks(kDims == 0 ? 1 : kDims, state.range(0) != 0, state.range(1));
  const bool waits = state.range(2) != 0;
  std::size_t zero = 0;
  benchmark::DoNotOptimize(zero);
  std::size_t i = 0;
  for (auto _ : state) {
    std::size_t found = 0;
    if constexpr (kDims == 0) {
      found = static_cast<std::size_t>(list[i].sizes[0]);
    } else {
      found = look_up(kDims, list[i]);
    }
    if (waits) {
      i += found & zero;
    } else {
      benchmark::DoNotOptimize(found);
    }
    i = (i + 1) % kAsks;
  }
  benchmark::DoNotOptimize(i);
  state.SetLabel(std::string(state.range(0) != 0 ? "100x" : "1x") +
                 (state.range(1) != 0 ? " mixed" : " same") +
                 (waits ? ", after another" : ", side by side"));
}

BENCHMARK(lookup<0>)->Name("no_lookup")->ArgsProduct({{0}, {0, 1}, {0, 1}});
BENCHMARK(lookup<1>)->Name("cell1")->ArgsProduct({{0, 1}, {0, 1}, {0, 1}});
BENCHMARK(lookup<2>)->Name("cell2")->ArgsProduct({{0, 1}, {0, 1}, {0, 1}});
BENCHMARK(lookup<3>)->Name("cell3")->ArgsProduct({{0, 1}, {0, 1}, {0, 1}});

/// At load time, once for a routine.
void find_row(benchmark::State& state) {
  const Header& table = tables().of(state.range(0) != 0);
  for (auto _ : state) benchmark::DoNotOptimize(table::find_row(table, "dtrsm"));
  state.SetLabel(state.range(0) != 0 ? "100x" : "1x");
}
BENCHMARK(find_row)->Arg(0)->Arg(1);

/// Also at load time: all checks of a table that is opened.
void check(benchmark::State& state) {
  const std::string& bytes = state.range(0) != 0 ? tables().large : tables().small;
  for (auto _ : state) benchmark::DoNotOptimize(table::check_table(bytes.data(), bytes.size()));
  state.SetLabel(std::to_string(bytes.size()) + " bytes");
}
BENCHMARK(check)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace switchblas::bench

BENCHMARK_MAIN();
