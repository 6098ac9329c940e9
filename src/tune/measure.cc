// SPDX-License-Identifier: BSD-3-Clause
#include "tune/measure.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <numeric>

namespace switchblas::tune {
namespace {

constexpr double kHopeless = 4;     // a contender this much slower is not measured further
constexpr double kBeaten = 1.6;     // likewise after a few rounds
constexpr int kFirstRounds = 3;     // these few
constexpr double kDoubtful = 0.02;  // a ratio this uncertain is measured again ...
constexpr double kNear = 1.15;      // ... where it matters
constexpr double kLasting = 1e-6;   // see Problem::fill()
constexpr double kLongNs = 2e6;     // a call that takes this long is measured less often
constexpr double kNoWarmingNs = 5e6;
constexpr int kRoundsOfLong = 3;
constexpr double kPatience = 20;  // times what a shape's rounds usually take
constexpr int kAttempts = 3;
constexpr double kUsualDisplacementNs = 20e6;  // a long sample has some on any machine
constexpr int kEstimates = 3;

using Told = std::function<void(int)>;

/// How often a thread of this process had to make place for another program.
long displacements() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

/// Nanoseconds of `calls` calls.
double time_of(Problem& problem, const Contender& contender, bool restoring, long calls) {
  if (!restoring) {
    const double begin = now_ns();
    for (long i = 0; i < calls; ++i) problem.call(contender.function);
    return now_ns() - begin;
  }
  double total = 0;
  for (long i = 0; i < calls; ++i) {
    problem.restore();
    const double begin = now_ns();
    problem.call(contender.function);
    total += now_ns() - begin;
  }
  return total;
}

/// Nanoseconds per call of `calls` calls after one that is not timed, if calls are not so long that
/// it would tell nothing. Once more where other programs took the processor meanwhile.
double sample(Problem& problem, const Contender& contender, const Libraries& libraries,
              bool restoring, long calls, double expected_ns = 0) {
  libraries.select(contender.kind, contender.threads);
  problem.restore();
  if (expected_ns < kNoWarmingNs) problem.call(contender.function);
  double least = HUGE_VAL;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const long before = displacements();
    const double total = time_of(problem, contender, restoring, calls);
    least = std::min(least, total / static_cast<double>(calls));
    const double usual = total / kUsualDisplacementNs;
    if (static_cast<double>(displacements() - before) <= usual) break;
  }
  return least;
}

long calls_for(double ns, double work_ns) {
  return std::clamp(std::lround(work_ns / std::max(ns, 1.)), 1L, 100000L);
}

/// A first idea of the time, the least of a few samples: an interruption must not look like a slow
/// arm.
double estimate(Problem& problem, const Contender& contender, const Libraries& libraries,
                const MeasureOptions& options) {
  double least = sample(problem, contender, libraries, options.restoring, 1);
  for (int i = 0; i < kEstimates; ++i) {
    if (least > 1e6 && i > 0) break;
    const long calls = calls_for(least, options.sample_ns / 4);
    least = std::min(least, sample(problem, contender, libraries, options.restoring, calls));
  }
  return least;
}

bool are_doubtful(const std::vector<Timing>& timings) {
  double best = HUGE_VAL;
  for (const Timing& t : timings) {
    if (t.ns > 0) best = std::min(best, t.ns);
  }
  return std::any_of(timings.begin(), timings.end(), [best](const Timing& t) {
    return t.ns > 0 && t.ns < kNear * best && t.spread > kDoubtful;
  });
}

}  // namespace

double now_ns() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const std::size_t middle = values.size() / 2;
  std::sort(values.begin(), values.end());
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<Timing> summarise(const std::vector<std::vector<double>>& rounds) {
  if (rounds.empty()) return {};
  const std::size_t count = rounds[0].size();
  // The fastest is a fixed point for the others: one that was there in every round.
  std::size_t fastest = count;
  double fastest_ns = HUGE_VAL;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> own;
    for (const auto& round : rounds) {
      if (round[i] > 0) own.push_back(round[i]);
    }
    const double ns = median(own);
    if (own.size() == rounds.size() && ns < fastest_ns) {
      fastest = i;
      fastest_ns = ns;
    }
  }
  std::vector<Timing> timings(count);
  if (fastest == count) return timings;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> ratios;
    for (const auto& round : rounds) {
      if (round[i] > 0) ratios.push_back(round[i] / round[fastest]);
    }
    if (ratios.empty()) continue;
    const double middle = median(ratios);
    std::vector<double> away;
    away.reserve(ratios.size());
    for (const double ratio : ratios) away.push_back(std::abs(ratio / middle - 1));
    const auto n = static_cast<double>(ratios.size());
    // 1.48: from the median of absolute deviations to a standard deviation; 1.25: the error of a
    // median.
    timings[i] = {fastest_ns * middle, 1.25 * 1.48 * median(away) / std::sqrt(n),
                  static_cast<int>(ratios.size())};
  }
  return timings;
}

std::vector<Timing> measure(Problem& problem, const std::vector<Contender>& contenders,
                            const Libraries& libraries, const MeasureOptions& options,
                            std::mt19937_64& generator, const Told& about_to_run) {
  problem.fill(kLasting);
  const std::size_t count = contenders.size();
  std::vector<double> estimates(count);
  double best = HUGE_VAL;
  for (std::size_t i = 0; i < count; ++i) {
    about_to_run(static_cast<int>(i));
    estimates[i] = estimate(problem, contenders[i], libraries, options);
    best = std::min(best, estimates[i]);
  }
  std::vector<bool> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = estimates[i] > kHopeless * best;

  const int wanted = best > kLongNs ? std::min(kRoundsOfLong, options.rounds) : options.rounds;
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  // On a busy machine samples take far longer than they should: what was seen must do.
  const double usual = wanted * static_cast<double>(count) * std::max(options.sample_ns, best);
  const double end = now_ns() + kPatience * usual;
  std::vector<std::vector<double>> rounds;
  std::vector<Timing> timings(count);
  for (int round = 0; round < 2 * wanted; ++round) {
    if (round == wanted && !are_doubtful(timings)) break;
    if (round >= kFirstRounds && now_ns() > end) break;
    std::shuffle(order.begin(), order.end(), generator);
    std::vector<double> row(count);
    for (const std::size_t i : order) {
      if (out[i]) continue;
      about_to_run(static_cast<int>(i));
      row[i] = sample(problem, contenders[i], libraries, options.restoring,
                      calls_for(estimates[i], options.sample_ns), estimates[i]);
    }
    rounds.push_back(row);
    timings = summarise(rounds);
    if (round + 1 != kFirstRounds) continue;
    for (std::size_t i = 0; i < count; ++i) {
      const auto fastest =
          std::min_element(timings.begin(), timings.end(), [](const Timing& a, const Timing& b) {
            return (a.ns > 0 ? a.ns : HUGE_VAL) < (b.ns > 0 ? b.ns : HUGE_VAL);
          });
      out[i] = out[i] || timings[i].ns > kBeaten * fastest->ns;
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (timings[i].ns == 0) timings[i] = {estimates[i], 0, 1};
  }
  return timings;
}

std::vector<double> deviations(Problem& problem, const std::vector<Contender>& contenders,
                               const std::vector<Timing>& timings, const Libraries& libraries,
                               const Told& about_to_run) {
  problem.fill(1);
  std::vector<char> first;
  std::vector<char> other;
  std::vector<double> all(contenders.size());
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    if (timings[i].ns == 0) continue;
    about_to_run(static_cast<int>(i));
    libraries.select(contenders[i].kind, contenders[i].threads);
    problem.call_and_keep(contenders[i].function, first.empty() ? first : other);
    if (!other.empty()) all[i] = problem.deviation(first, other);
  }
  return all;
}

}  // namespace switchblas::tune
