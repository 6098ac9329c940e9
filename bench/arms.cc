// SPDX-License-Identifier: BSD-3-Clause
// Times the ways to execute a call (backend, one thread or all) side by side on many shapes and
// writes one CSV line per shape and arm. The arms of a shape are interleaved in random order, and
// their results are compared once. fit.py makes table rules of the output.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <numeric>
#include <random>

#include "backends.h"
#include "problem.h"
#include "shapes.h"

namespace switchblas::bench {
namespace {

constexpr double kSampleNs = 200e3;     // least work of one sample
constexpr double kHopeless = 4;         // an arm this much slower is not measured further
constexpr double kMaxDeviation = 2000;  // see Problem::deviation(); cancellation in dot is rounding
constexpr double kLastingScale = 1e-6;  // see Problem::fill()
constexpr int kEstimates = 3;
constexpr int kRepsOfShort = 9, kReps = 5, kRepsOfLong = 3;

double now_ns() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

struct Candidate {
  const Backends::Arm* arm;
  Function function;
  double estimate_ns = 0;
  bool hopeless = false;
  std::vector<double> samples;
};

/// Nanoseconds per call of `calls` calls after one that is not timed. LAPACK routines destroy their
/// operands: these are put back before each call, outside of the time.
double sample(Problem& problem, const Candidate& candidate, const Backends& backends,
              bool restoring, long calls) {
  backends.select(*candidate.arm);
  problem.restore();
  problem.call(candidate.function);
  if (!restoring) {
    const double begin = now_ns();
    for (long i = 0; i < calls; ++i) problem.call(candidate.function);
    return (now_ns() - begin) / static_cast<double>(calls);
  }
  double total = 0;
  for (long i = 0; i < calls; ++i) {
    problem.restore();
    const double begin = now_ns();
    problem.call(candidate.function);
    total += now_ns() - begin;
  }
  return total / static_cast<double>(calls);
}

long calls_for(double ns, double work_ns) {
  return std::clamp(std::lround(work_ns / std::max(ns, 1.)), 1L, 100000L);
}

std::vector<Candidate> candidates_of(const Case& c, const Backends& backends) {
  std::vector<Candidate> candidates;
  for (const Backends::Arm& arm : backends.arms()) {
    const bool blis = arm.library == Backends::Library::blis;
    if (blis && (c.family->level == 4 || (c.family->level < 3 && arm.threads > 1))) continue;
    Function function = backends.find(arm, std::string(c.routine()) + "_");
    if (function != nullptr) candidates.push_back({&arm, function, 0, false, {}});
  }
  return candidates;
}

/// Whether all measured arms give the same numbers; complains on stderr.
bool agree(const Case& c, Problem& problem, const std::vector<Candidate>& candidates,
           const Backends& backends) {
  problem.fill(1);
  std::vector<char> first, other;
  bool all_agree = true;
  for (const Candidate& candidate : candidates) {
    if (candidate.samples.empty()) continue;
    backends.select(*candidate.arm);
    problem.call_and_keep(candidate.function, first.empty() ? first : other);
    if (other.empty()) continue;
    const double deviation = problem.deviation(first, other);
    if (deviation < kMaxDeviation) continue;
    all_agree = false;
    std::fprintf(stderr, "\nDIFFERS: %s %s m=%d n=%d k=%d: %s and %s deviate by %g\n", c.routine(),
                 flag_text(*c.family, c.flags).c_str(), c.shape.m, c.shape.n, c.shape.k,
                 candidates[0].arm->name.c_str(), candidate.arm->name.c_str(), deviation);
  }
  return all_agree;
}

/// A first idea of the time, the least of a few samples: an interruption must not look like a slow
/// arm.
double estimate(Problem& problem, const Candidate& candidate, const Backends& backends,
                bool restoring, double best_ns) {
  double least = sample(problem, candidate, backends, restoring, 1);
  for (int i = 0; i < kEstimates; ++i) {
    if (least > 1e6 && least > 20 * kHopeless * best_ns) break;
    const long calls = calls_for(least, kSampleNs / 4);
    least = std::min(least, sample(problem, candidate, backends, restoring, calls));
  }
  return least;
}

/// Whether `arm` is the library of `before` on more threads, which cannot make up for its slowness.
bool gains_nothing(const Candidate& before, const Backends::Arm& arm, double best_ns) {
  return before.arm->library == arm.library &&
         (before.estimate_ns == 0 ||
          before.estimate_ns > kHopeless / 2 * std::max(2, arm.threads) * best_ns);
}

void measure(Problem& problem, std::vector<Candidate>& candidates, const Backends& backends,
             bool restoring, std::mt19937_64& generator) {
  double best = HUGE_VAL;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate& c = candidates[i];
    if (i > 0 && gains_nothing(candidates[i - 1], *c.arm, best)) {
      c.hopeless = true;
      continue;
    }
    c.estimate_ns = estimate(problem, c, backends, restoring, best);
    best = std::min(best, c.estimate_ns);
  }
  for (Candidate& c : candidates) {
    c.hopeless = c.hopeless || c.estimate_ns > kHopeless * best;
    if (c.hopeless && c.estimate_ns > 0) c.samples.push_back(c.estimate_ns);
  }
  const int reps = best < 1e6 ? kRepsOfShort : best < 1e8 ? kReps : kRepsOfLong;
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), 0U);
  for (int rep = 0; rep < reps; ++rep) {
    std::shuffle(order.begin(), order.end(), generator);
    for (std::size_t i : order) {
      Candidate& c = candidates[i];
      if (c.hopeless) continue;
      const long calls = calls_for(c.estimate_ns, kSampleNs);
      c.samples.push_back(sample(problem, c, backends, restoring, calls));
    }
  }
}

void write(std::ostream& out, const Case& c, std::vector<Candidate>& candidates) {
  for (Candidate& x : candidates) {
    if (x.samples.empty()) continue;
    std::sort(x.samples.begin(), x.samples.end());
    char line[200];
    std::snprintf(line, sizeof line, "%s,%s,%d,%d,%d,%s,%.1f,%.1f,%zu\n", c.routine(),
                  flag_text(*c.family, c.flags).c_str(), c.shape.m, c.shape.n, c.shape.k,
                  x.arm->name.c_str(), x.samples[x.samples.size() / 2], x.samples[0],
                  x.samples.size());
    out << line;
  }
  out.flush();
}

/// What a case will take, in seconds.
double guess_seconds(const Case& c, std::size_t arms) {
  const double sample_ns = std::max(kSampleNs, c.guessed_ns);
  const int reps = c.guessed_ns < 1e6 ? kRepsOfShort : c.guessed_ns < 1e8 ? kReps : kRepsOfLong;
  return 1e-9 * static_cast<double>(arms) * (reps + 1) * (sample_ns + c.guessed_ns);
}

class Progress {
 public:
  Progress(double budget, double work) : budget_(budget), work_(work), begin_(now_ns()) {}
  double elapsed() const { return (now_ns() - begin_) / 1e9; }
  void step(double work_done, std::size_t done, std::size_t all, const char* routine) {
    if (elapsed() - shown_ < 1 && done < all) return;
    shown_ = elapsed();
    const double rest = work_done > 0 ? elapsed() / work_done * (work_ - work_done) : budget_;
    const double left = std::max(0., std::min(rest, budget_ - elapsed()));
    std::fprintf(stderr, "\r%zu of up to %zu shapes, %.0f s gone, %.0f s left, %-8s", done, all,
                 elapsed(), left, routine);
  }

 private:
  double budget_, work_, begin_, shown_ = 0;
};

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown CPU";
}

void write_head(std::ostream& out, const Backends& backends) {
  char date[16];
  const std::time_t now = std::time(nullptr);
  std::strftime(date, sizeof date, "%Y-%m-%d", std::localtime(&now));
  out << "# " << cpu_name() << ", " << backends.threads() << " cores, " << date << ", "
      << backends.describe() << "; hot loops\n"
      << "routine,flags,m,n,k,arm,median_ns,min_ns,reps\n";
}

/// Number of shapes whose results differ between arms.
int run(const std::vector<Case>& cases, const Backends& backends, double budget,
        std::ostream& out) {
  double work = 0, done_work = 0;
  for (const Case& c : cases) work += guess_seconds(c, backends.arms().size());
  Progress progress(budget, work);
  std::mt19937_64 generator(7);
  std::size_t done = 0;
  int differing = 0;
  for (const Case& c : cases) {
    if (progress.elapsed() > budget) break;
    std::vector<Candidate> candidates = candidates_of(c, backends);
    if (candidates.size() > 1) {
      Problem problem(*c.family, c.type, c.flags, c.shape);
      problem.fill(kLastingScale);
      measure(problem, candidates, backends, c.family->level == 4, generator);
      if (!agree(c, problem, candidates, backends)) ++differing;
      write(out, c, candidates);
    }
    done_work += guess_seconds(c, backends.arms().size());
    progress.step(done_work, ++done, cases.size(), c.routine());
  }
  std::fprintf(stderr, "\n%zu of %zu shapes in %.0f s; results differ on %d\n", done, cases.size(),
               progress.elapsed(), differing);
  return differing;
}

}  // namespace
}  // namespace switchblas::bench

int main(int argc, char** argv) {
  using namespace switchblas::bench;
  Setup setup{"", "", "none", "auto", "auto", 0};
  Selection selection;
  double budget = 720;
  std::string output;
  CLI::App app("Times backends and thread counts side by side; CSV for fit.py");
  app.add_option("-o,--output", output, "CSV file (default: standard output)");
  app.add_option("--budget", budget, "seconds after which no new shape is begun")
      ->capture_default_str();
  app.add_option("--routines", selection.routines, "routines or families, separated by commas")
      ->delimiter(',');
  app.add_option("--types", selection.types, "some of sdcz")->capture_default_str();
  app.add_option("--max-size", selection.max_size, "largest dimension")->capture_default_str();
  app.add_option("--random", selection.random_shapes, "random shapes per routine and flags")
      ->capture_default_str();
  app.add_option("--seed", selection.seed, "of the random shapes")->capture_default_str();
  app.add_option("--threads", setup.threads, "of the \"all\" arms (default: usable CPUs)");
  app.add_option("--openblas", setup.openblas, "library file");
  app.add_option("--blis", setup.blis, "library file");
  app.add_option("--reference", setup.reference, "a BLAS to time too; \"\" = the distribution's");
  app.add_option("--openblas-core", setup.openblas_core, "OPENBLAS_CORETYPE; \"\" = its own choice")
      ->capture_default_str();
  app.add_option("--blis-config", setup.blis_config, "sub-configuration; \"\" = its own choice")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    const Backends backends(setup);
    std::ofstream file;
    if (!output.empty()) {
      file.open(output);
      if (!file) throw std::runtime_error("cannot write " + output);
    }
    std::ostream& out = output.empty() ? std::cout : file;
    write_head(out, backends);
    std::fprintf(stderr, "%s\n", backends.describe().c_str());
    return run(make_cases(selection), backends, budget, out) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_arms: error: %s\n", error.what());
    return 2;
  }
}
