// SPDX-License-Identifier: BSD-3-Clause
#include "tune/score.h"

#include <algorithm>
#include <cmath>

#include "catalogue/routines.h"
#include "table/describe.h"
#include "table/find.h"
#include "table/flags.h"
#include "table/form.h"

namespace switchblas::tune {
namespace {

using backend::Kind;

constexpr double kSlower = 1.05;

/// One letter for each CHARACTER*1 argument.
std::string letters_of(const Subject& subject) {
  const int index = table::find_routine(subject.routine());
  if (index < 0) return "";
  table::Flag flags[table::kMaxFlags];
  const int count = table::flags_of(catalogue::kRoutines[index], flags);
  std::string letters;
  std::size_t next = 0;
  for (int i = 0; i < count; ++i) {
    const bool varied = flags[i].variant && next < subject.flags.size();
    letters += varied ? subject.flags[next++] : table::flag_letters(flags[i])[0];
  }
  return letters;
}

double geomean(double log_sum, int count) { return count == 0 ? 0 : std::exp(log_sum / count); }

}  // namespace

int chosen_arm(const table::Header& table, const Sample& sample, const std::vector<Arm>& arms) {
  const int base = default_arm(arms, Kind::openblas);
  const int cap = arms[static_cast<std::size_t>(base)].threads;
  std::int64_t sizes[table::kMaxDims] = {};
  for (std::size_t d = 0; d < table::kMaxDims; ++d) sizes[d] = sample.sizes[d];
  const table::Description found =
      table::describe(table, sample.subject.routine(), letters_of(sample.subject).c_str(), sizes,
                      sample.subject.dims());
  if (found.error != table::DescribeError::none) return -1;
  const table::Step& step = table::step_for(*found.ladder, cap);
  const int threads = table::threads_of(step, cap);
  for (std::size_t i = 0; i < arms.size(); ++i) {
    if (static_cast<int>(arms[i].kind) == step.backend && arms[i].threads == threads) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

double loss_of(const table::Header& table, const Sample& sample, const std::vector<Arm>& arms) {
  const int chosen = chosen_arm(table, sample, arms);
  if (chosen < 0) return 0;
  const double base =
      sample.timings[static_cast<std::size_t>(default_arm(arms, Kind::openblas))].ns;
  const double own = sample.timings[static_cast<std::size_t>(chosen)].ns;
  return base > 0 && own > 0 ? own / base : 0;
}

Score score_of(const table::Header& table, const std::vector<Sample>& samples,
               const std::vector<Arm>& arms) {
  Score score;
  std::vector<double> regrets;
  double log_regret = 0;
  double logs[3] = {};
  int counts[3] = {};
  const int bases[3] = {default_arm(arms, Kind::openblas), single_arm(arms, Kind::openblas),
                        default_arm(arms, Kind::blis)};
  int slower = 0;
  for (const Sample& sample : samples) {
    const int chosen = chosen_arm(table, sample, arms);
    const double own = chosen < 0 ? 0 : sample.timings[static_cast<std::size_t>(chosen)].ns;
    if (own <= 0) continue;
    double best = own;
    for (const Timing& timing : sample.timings) {
      if (timing.ns > 0) best = std::min(best, timing.ns);
    }
    const double regret = own / best;
    regrets.push_back(regret);
    log_regret += std::log(regret);
    if (regret > score.worst_regret) {
      score.worst_regret = regret;
      score.worst_shape = shape_text(sample);
    }
    for (int b = 0; b < 3; ++b) {
      double base = bases[b] < 0 ? 0 : sample.timings[static_cast<std::size_t>(bases[b])].ns;
      if (b == 2 && base == 0 && single_arm(arms, Kind::blis) >= 0) {
        base = sample.timings[static_cast<std::size_t>(single_arm(arms, Kind::blis))].ns;
      }
      if (base <= 0) continue;
      logs[b] += std::log(base / own);
      ++counts[b];
      if (b != 0) continue;
      if (own > kSlower * base) ++slower;
      if (own / base > score.worst_loss) {
        score.worst_loss = own / base;
        score.worst_loss_shape = shape_text(sample);
      }
    }
  }
  if (regrets.empty()) return score;
  std::sort(regrets.begin(), regrets.end());
  score.shapes = static_cast<int>(regrets.size());
  score.regret = geomean(log_regret, score.shapes);
  score.regret_p95 = regrets[(regrets.size() - 1) * 95 / 100];
  score.over_openblas = geomean(logs[0], counts[0]);
  score.over_openblas_one = geomean(logs[1], counts[1]);
  score.over_blis = geomean(logs[2], counts[2]);
  score.slower_share = counts[0] == 0 ? 0 : static_cast<double>(slower) / counts[0];
  return score;
}

std::string shape_text(const Sample& sample) {
  std::string text = sample.subject.routine();
  if (!sample.subject.flags.empty()) text.append(1, ' ').append(sample.subject.flags);
  for (int d = 0; d < sample.subject.dims(); ++d) {
    text.append(1, ' ').append(std::to_string(sample.sizes[static_cast<std::size_t>(d)]));
  }
  return text;
}

std::vector<std::pair<std::string, double>> values_of(const Score& score) {
  return {{"shapes", score.shapes},
          {"regret", score.regret},
          {"regret_p95", score.regret_p95},
          {"regret_worst", score.worst_regret},
          {"over_openblas", score.over_openblas},
          {"over_openblas_one_thread", score.over_openblas_one},
          {"over_blis", score.over_blis},
          {"slower_than_openblas_share", score.slower_share},
          {"slower_than_openblas_worst", score.worst_loss},
          {"stream_over_openblas", score.stream}};
}

}  // namespace switchblas::tune
