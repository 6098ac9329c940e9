// SPDX-License-Identifier: BSD-3-Clause
#include "tune/arms.h"

namespace switchblas::tune {
namespace {

using backend::Kind;

/// A few team sizes only: a program that changes between many pays for it with every change.
std::vector<int> counts(int threads) {
  std::vector<int> all = {1};
  if (threads >= 8) {
    int between = 4;
    while (between * 8 <= threads) between *= 2;
    all.push_back(between);
  }
  if (threads > 1) all.push_back(threads);
  return all;
}

}  // namespace

std::vector<Arm> make_arms(int threads, bool all, bool blis) {
  std::vector<Arm> arms;
  for (const int count : counts(threads)) {
    for (const Kind kind : {Kind::openblas, Kind::blis}) {
      if (kind == Kind::blis && !blis) continue;
      const bool is_all = all && count == threads && count > 1;
      const std::string words = is_all ? "all" : std::to_string(count);
      arms.push_back({kind, count, std::string(backend::kind_name(kind)) + "*" + words});
    }
  }
  return arms;
}

int default_arm(const std::vector<Arm>& arms, Kind kind) {
  int best = -1;
  for (int i = 0; i < static_cast<int>(arms.size()); ++i) {
    const Arm& arm = arms[static_cast<std::size_t>(i)];
    if (arm.kind == kind &&
        (best < 0 || arm.threads > arms[static_cast<std::size_t>(best)].threads))
      best = i;
  }
  return best;
}

int single_arm(const std::vector<Arm>& arms, Kind kind) {
  for (int i = 0; i < static_cast<int>(arms.size()); ++i) {
    const Arm& arm = arms[static_cast<std::size_t>(i)];
    if (arm.kind == kind && arm.threads == 1) return i;
  }
  return -1;
}

}  // namespace switchblas::tune
