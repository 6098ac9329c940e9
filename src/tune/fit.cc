// SPDX-License-Identifier: BSD-3-Clause
#include "tune/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "table/bins.h"

namespace switchblas::tune {
namespace {

using backend::Kind;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMissing = 4;      // an arm that was given up counts as this much slower
constexpr double kWorst = 1.1;      // log: a regret above this counts no more than this
constexpr double kNoLoss = 0.02;    // log: no slower than the base arm
constexpr double kNever = 10;       // cost of an arm that the routine does not have
constexpr std::size_t kFewest = 6;  // points that say something
constexpr std::size_t kMinLeaf = 3;
constexpr int kMaxDepth = 6;
constexpr int kDeepLevels = 3;            // that look a further split ahead
constexpr std::size_t kDeepPoints = 500;  // above this many, not at every edge

std::vector<Ladder> make_ladders(const std::vector<Arm>& arms) {
  std::vector<Ladder> ladders;
  const int count = static_cast<int>(arms.size());
  for (int one = 0; one < count; ++one) {
    if (arms[static_cast<std::size_t>(one)].threads != 1) continue;
    ladders.push_back({one, one});
    for (int many = 0; many < count; ++many) {
      if (arms[static_cast<std::size_t>(many)].threads > 1) ladders.push_back({one, many});
    }
  }
  return ladders;
}

/// Times of all arms with what is missing filled in.
std::vector<double> whole(const std::vector<double>& ns, const std::vector<Arm>& arms) {
  double best = kInfinity;
  for (const double t : ns) {
    if (t > 0) best = std::min(best, t);
  }
  if (best == kInfinity) best = 1;
  std::vector<double> all = ns;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] > 0) continue;
    // Threads that a library does not have change nothing.
    const int single = single_arm(arms, arms[i].kind);
    const double alone = single < 0 ? 0 : ns[static_cast<std::size_t>(single)];
    all[i] = std::max(kMissing * best, alone);
  }
  return all;
}

/// Logarithm of the geometric mean of both regimes.
std::vector<double> mixed_logs(const std::vector<double>& ns, const FitOptions& options) {
  std::vector<double> logs(ns.size());
  for (std::size_t i = 0; i < ns.size(); ++i) {
    const double more = i < options.stream_ns.size() ? options.stream_ns[i] : 0;
    logs[i] = (std::log(ns[i]) + std::log(ns[i] + more)) / 2;
  }
  return logs;
}

/// Cost of every ladder at one point.
std::vector<double> costs_of(const Point& point, const std::vector<Arm>& arms,
                             const std::vector<Ladder>& ladders, const std::vector<bool>& measured,
                             const FitOptions& options) {
  const std::vector<double> logs = mixed_logs(whole(point.ns, arms), options);
  double best_one = kInfinity;
  double best = kInfinity;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    best = std::min(best, logs[i]);
    if (arms[i].threads == 1) best_one = std::min(best_one, logs[i]);
  }
  const int base_one = single_arm(arms, Kind::openblas);
  const int base = default_arm(arms, Kind::openblas);
  const auto at = [&](int arm) { return logs[static_cast<std::size_t>(arm)]; };
  const auto charge = [&](int arm) {
    const Arm& a = arms[static_cast<std::size_t>(arm)];
    return options.margin * ((a.kind == Kind::blis ? 1 : 0) + (a.threads > 1 ? 1 : 0));
  };
  const auto loss = [&](int arm, int from) {
    if (from < 0) return 0.0;
    return options.loss * std::clamp(at(arm) - at(from) - kNoLoss, 0.0, kWorst);
  };
  std::vector<double> costs;
  for (const Ladder& ladder : ladders) {
    double cost =
        std::min(at(ladder.one) - best_one, kWorst) + std::min(at(ladder.many) - best, kWorst);
    cost += charge(ladder.one) + charge(ladder.many);
    cost += loss(ladder.one, base_one) + loss(ladder.many, base);
    if (!measured[static_cast<std::size_t>(ladder.one)] ||
        !measured[static_cast<std::size_t>(ladder.many)]) {
      cost += kNever;
    }
    costs.push_back(cost);
  }
  return costs;
}

std::vector<bool> measured_arms(const std::vector<Point>& points, std::size_t arms) {
  std::vector<bool> measured(arms);
  for (const Point& point : points) {
    for (std::size_t i = 0; i < arms; ++i) measured[i] = measured[i] || point.ns[i] > 0;
  }
  return measured;
}

/// Where cells of a table may end: 2, 3, 4, 6, 8, 12, ...
std::vector<double> make_edges() {
  std::vector<double> edges;
  for (int b = 2; b < 46; ++b) edges.push_back(static_cast<double>(table::bin_lower(b)));
  return edges;
}

/// A size as the table sees it: every size of a bin has the answer of the bin's middle.
double seen_size(double size, int dims) {
  return table::bin_middle(table::bin(static_cast<float>(size), table::bins(dims)));
}

/// The nearest points of the same flags with their distances in octaves, without point `left_out`.
std::vector<std::pair<double, std::size_t>> neighbours(const std::vector<Point>& points,
                                                       const Point& at, std::size_t left_out,
                                                       std::size_t count) {
  std::vector<std::pair<double, std::size_t>> found;
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (p == left_out || points[p].flags != at.flags) continue;
    double square = 0;
    for (std::size_t d = 0; d < at.sizes.size(); ++d) {
      const double apart = std::log2(points[p].sizes[d] / at.sizes[d]);
      square += apart * apart;
    }
    found.emplace_back(std::sqrt(square), p);
  }
  count = std::min(count, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end());
  found.resize(count);
  return found;
}

class Tree {
 public:
  Tree(const std::vector<Point>& points, const std::vector<Arm>& arms, const Form& form,
       const FitOptions& options)
      : form_(form),
        penalty_(
            std::max(options.penalty, options.penalty_each * static_cast<double>(points.size()))),
        ladders_(make_ladders(arms)),
        edges_(make_edges()) {
    const std::vector<bool> measured = measured_arms(points, arms.size());
    for (const Point& point : points) {
      costs_.push_back(costs_of(point, arms, ladders_, measured, options));
    }
    add_features(points);
  }

  std::vector<Cell> cells() {
    std::vector<std::size_t> all(costs_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::vector<Leaf> leaves = grow(all, {}, 0);
    // The commonest answer comes last and needs no cells of its own.
    std::map<int, std::pair<std::size_t, std::size_t>> weight;
    for (const Leaf& leaf : leaves) {
      ++weight[leaf.ladder].first;
      weight[leaf.ladder].second += leaf.points;
    }
    const auto common =
        std::max_element(weight.begin(), weight.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    std::vector<Cell> cells;
    for (const Leaf& leaf : leaves) {
      if (leaf.ladder != common->first) cells.push_back(cell_of(leaf));
    }
    cells.push_back({{}, {}, ladders_[static_cast<std::size_t>(common->first)]});
    return cells;
  }

 private:
  static constexpr std::size_t kBins = 46;

  struct Feature {
    std::string name;
    bool flag = false;
    std::string letters;              // of a flag: below and above
    std::vector<std::uint8_t> value;  // of each point: the number of edges that are not above it
  };
  using Bounds =
      std::map<std::size_t, std::pair<int, int>>;  // feature: first and last + 1 of values
  struct Leaf {
    Bounds bounds;
    int ladder = 0;
    std::size_t points = 0;
  };
  struct Split {
    std::size_t feature = 0;
    int edge = 0;  // values up to this one are below
    double gain = 0;
  };

  void add_features(const std::vector<Point>& points) {
    const std::size_t dims = form_.dims.size();
    std::vector<std::vector<double>> columns(dims > 1 ? dims + 3 : dims);
    for (const Point& point : points) {
      double log_sum = 0;
      double least = kInfinity;
      double most = 0;
      for (std::size_t d = 0; d < dims; ++d) {
        const double size = seen_size(point.sizes[d], static_cast<int>(dims));
        columns[d].push_back(size);
        log_sum += std::log(size);
        least = std::min(least, size);
        most = std::max(most, size);
      }
      if (dims < 2) continue;
      columns[dims].push_back(std::exp(log_sum / static_cast<double>(dims)));
      columns[dims + 1].push_back(least);
      columns[dims + 2].push_back(most);
    }
    const char* const own[] = {"size", "least", "most"};
    for (std::size_t c = 0; c < columns.size(); ++c) {
      Feature feature;
      feature.name = c < dims ? form_.dims[c] : own[c - dims];
      for (const double value : columns[c]) {
        // A mean that only rounding puts below an edge is on it.
        const auto above = std::upper_bound(edges_.begin(), edges_.end(), value * (1 + 1e-9));
        feature.value.push_back(static_cast<std::uint8_t>(above - edges_.begin()));
      }
      features_.push_back(feature);
    }
    for (std::size_t f = 0; f < form_.flags.size(); ++f) {
      Feature feature;
      feature.name = form_.flags[f];
      feature.flag = true;
      feature.letters = feature.name == "side" ? "LR" : "NT";
      for (const Point& point : points) {
        const char letter = point.flags[f];
        feature.value.push_back(letter == 'L' || letter == 'N' ? 0 : 1);
      }
      features_.push_back(feature);
    }
  }

  std::pair<int, double> best_ladder(const std::vector<std::size_t>& points) const {
    std::vector<double> totals(ladders_.size());
    for (const std::size_t p : points) {
      for (std::size_t l = 0; l < totals.size(); ++l) totals[l] += costs_[p][l];
    }
    const auto best = std::min_element(totals.begin(), totals.end());
    return {static_cast<int>(best - totals.begin()), *best};
  }

  /// Every split of these points that leaves enough on both sides, with what it gains by itself.
  std::vector<Split> splits(const std::vector<std::size_t>& points) const {
    std::vector<Split> found;
    const double here = best_ladder(points).second;
    if (here < penalty_ || points.size() < 2 * kMinLeaf) return found;
    const std::size_t ladders = ladders_.size();
    std::vector<double> sums;
    std::array<std::size_t, kBins> counts{};
    std::vector<double> total(ladders);
    for (const std::size_t p : points) {
      for (std::size_t l = 0; l < ladders; ++l) total[l] += costs_[p][l];
    }
    for (std::size_t f = 0; f < features_.size(); ++f) {
      sums.assign(kBins * ladders, 0);
      counts.fill(0);
      for (const std::size_t p : points) {
        const std::size_t bin = features_[f].value[p];
        ++counts[bin];
        for (std::size_t l = 0; l < ladders; ++l) sums[bin * ladders + l] += costs_[p][l];
      }
      std::vector<double> below(ladders);
      std::size_t count = 0;
      for (std::size_t bin = 0; bin + 1 < kBins; ++bin) {
        count += counts[bin];
        for (std::size_t l = 0; l < ladders; ++l) below[l] += sums[bin * ladders + l];
        if (counts[bin] == 0 || count < kMinLeaf || points.size() - count < kMinLeaf) continue;
        double low = kInfinity;
        double high = kInfinity;
        for (std::size_t l = 0; l < ladders; ++l) {
          low = std::min(low, below[l]);
          high = std::min(high, total[l] - below[l]);
        }
        found.push_back({f, static_cast<int>(bin), here - low - high - penalty_});
      }
    }
    return found;
  }

  static double best_gain(const std::vector<Split>& all) {
    double gain = 0;
    for (const Split& split : all) gain = std::max(gain, split.gain);
    return gain;
  }

  std::array<std::vector<std::size_t>, 2> parted(const std::vector<std::size_t>& points,
                                                 const Split& split) const {
    std::array<std::vector<std::size_t>, 2> sides;
    for (const std::size_t p : points) {
      sides[features_[split.feature].value[p] <= split.edge ? 0 : 1].push_back(p);
    }
    return sides;
  }

  std::optional<Split> best_split(const std::vector<std::size_t>& points, bool deep) const {
    std::vector<Split> all = splits(points);
    if (all.empty()) return std::nullopt;
    const std::size_t stride = deep ? 1 + points.size() / kDeepPoints : all.size() + 1;
    const double shallow = best_gain(all);
    for (std::size_t i = 0; deep && i < all.size(); ++i) {
      if (i % stride != 0 && all[i].gain < shallow) continue;
      for (const auto& side : parted(points, all[i])) all[i].gain += best_gain(splits(side));
    }
    // The first of equal ones, whatever rounding says.
    const Split* best = nullptr;
    for (const Split& split : all) {
      if (split.gain > 0 && (best == nullptr || split.gain > best->gain + 1e-9)) best = &split;
    }
    if (best == nullptr) return std::nullopt;
    return *best;
  }

  std::vector<Leaf> grow(const std::vector<std::size_t>& points, const Bounds& bounds, int depth) {
    const std::optional<Split> split =
        depth < kMaxDepth ? best_split(points, depth < kDeepLevels) : std::nullopt;
    if (!split) return {{bounds, best_ladder(points).first, points.size()}};
    const auto sides = parted(points, *split);
    std::vector<Leaf> leaves;
    for (const bool above : {false, true}) {
      Bounds narrowed = bounds;
      auto& range = narrowed.try_emplace(split->feature, 0, static_cast<int>(kBins)).first->second;
      (above ? range.first : range.second) = split->edge + 1;
      for (Leaf& leaf : grow(sides[above ? 1 : 0], narrowed, depth + 1)) leaves.push_back(leaf);
    }
    const bool same = std::all_of(leaves.begin(), leaves.end(), [&](const Leaf& leaf) {
      return leaf.ladder == leaves[0].ladder;
    });
    if (same) return {{bounds, leaves[0].ladder, points.size()}};
    return leaves;
  }

  Cell cell_of(const Leaf& leaf) const {
    Cell cell;
    cell.ladder = ladders_[static_cast<std::size_t>(leaf.ladder)];
    for (const auto& [f, range] : leaf.bounds) {
      const Feature& feature = features_[f];
      if (feature.flag) {
        cell.flags.emplace_back(feature.name, feature.letters[range.first > 0 ? 1 : 0]);
        continue;
      }
      // A value of v is at or above v edges.
      const double lower = range.first == 0 ? 0 : edges_[static_cast<std::size_t>(range.first) - 1];
      const bool ends = range.second < static_cast<int>(kBins);
      const double upper = ends ? edges_[static_cast<std::size_t>(range.second) - 1] : kInfinity;
      cell.ranges.push_back({feature.name, lower, upper});
    }
    return cell;
  }

  const Form& form_;
  double penalty_;
  std::vector<Ladder> ladders_;
  std::vector<double> edges_;
  std::vector<std::vector<double>> costs_;
  std::vector<Feature> features_;
};

}  // namespace

std::vector<Cell> fit(const std::vector<Point>& points, const std::vector<Arm>& arms,
                      const Form& form, const FitOptions& options) {
  if (points.size() < kFewest) return {};
  return Tree(points, arms, form, options).cells();
}

double misfit(const std::vector<Point>& points, const std::vector<Arm>& arms, std::size_t index,
              const FitOptions& options, std::size_t nearest) {
  const auto around = neighbours(points, points[index], index, nearest);
  if (around.size() < nearest) return 0;
  const std::vector<Ladder> ladders = make_ladders(arms);
  const std::vector<bool> measured = measured_arms(points, arms.size());
  std::vector<double> totals(ladders.size());
  for (const auto& [distance, p] : around) {
    const std::vector<double> costs = costs_of(points[p], arms, ladders, measured, options);
    for (std::size_t l = 0; l < totals.size(); ++l) totals[l] += costs[l];
  }
  const auto common = std::min_element(totals.begin(), totals.end()) - totals.begin();
  const std::vector<double> own = costs_of(points[index], arms, ladders, measured, options);
  return own[static_cast<std::size_t>(common)] - *std::min_element(own.begin(), own.end());
}

double uncertainty(const std::vector<Point>& points, const std::vector<Arm>& arms, const Point& at,
                   const FitOptions& options, std::size_t nearest) {
  const auto around = neighbours(points, at, points.size(), nearest);
  if (around.size() < nearest) return kInfinity;
  const std::vector<Ladder> ladders = make_ladders(arms);
  const std::vector<bool> measured = measured_arms(points, arms.size());
  std::vector<double> totals(ladders.size());
  double least = 0;
  for (const auto& [distance, p] : around) {
    const std::vector<double> costs = costs_of(points[p], arms, ladders, measured, options);
    least += *std::min_element(costs.begin(), costs.end());
    for (std::size_t l = 0; l < totals.size(); ++l) totals[l] += costs[l];
  }
  const double common = *std::min_element(totals.begin(), totals.end());
  // Nothing is learned beside a shape that is known.
  const double away = around[0].first / (1 + around[0].first);
  return (common - least + 0.02) / static_cast<double>(nearest) * (0.2 + away);
}

}  // namespace switchblas::tune
