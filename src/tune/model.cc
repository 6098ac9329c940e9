// SPDX-License-Identifier: BSD-3-Clause
#include "tune/model.h"

#include <algorithm>
#include <cmath>

namespace switchblas::tune {
namespace {

// Variances of the parts that a logarithm of times is the sum of: one for the size as a whole, one
// for the smallest dimension, one for each dimension, and one for the shape itself. Parts that look
// at one number carry over to shapes far from all samples.
constexpr double kTrendPart = 0.3, kSizePart = 0.15, kLeastPart = 0.12, kEachPart = 0.12,
                 kShapePart = 0.12;
constexpr double kOctaves = 2;         // over which times are alike
constexpr double kTrendOctaves = 5;    // and over which the first part changes
constexpr double kOtherFlag = 0.8;     // likeness of shapes that differ in a flag
constexpr double kOtherType = 0.85;    // or in the type
constexpr double kNoise = 0.12;        // standard deviation of a measured ratio at least
constexpr double kGivenUpNoise = 0.3;  // of one that was not measured to the end
constexpr double kFarthest = 1.6;      // logarithm of a ratio beyond which it is all the same

double alike(double octaves, double over = kOctaves) {
  const double x = octaves / over;
  return std::exp(-x * x / 2);
}

}  // namespace

Model::Model(const std::vector<Point>& points, const std::vector<Point>& sisters,
             const std::vector<Arm>& arms)
    : arms_(arms), measured_(arms.size()), targets_(arms.size()) {
  for (const Point& point : points) {
    for (std::size_t i = 0; i < arms.size(); ++i) {
      measured_[i] = measured_[i] || point.ns[i] > 0;
    }
  }
  while (base_ + 1 < arms.size() && !measured_[base_]) ++base_;
  for (const Point& point : points) add(point, false);
  for (const Point& point : sisters) add(point, true);
  solve();
}

Model::Place Model::place_of(const Point& point, bool sister) {
  Place place;
  place.flags = point.flags;
  place.sister = sister;
  for (const double size : point.sizes) {
    place.logs.push_back(std::log2(size));
    place.mean += place.logs.back();
  }
  place.mean /= static_cast<double>(place.logs.size());
  place.least = *std::min_element(place.logs.begin(), place.logs.end());
  return place;
}

void Model::bring_near(Place& place) const {
  const double beyond = place.mean - largest_;
  if (beyond <= 0) return;
  for (double& log : place.logs) log -= beyond;
  place.mean -= beyond;
  place.least -= beyond;
}

double Model::likeness(const Place& a, const Place& b) {
  double square = 0;
  double each = 0;
  for (std::size_t d = 0; d < a.logs.size(); ++d) {
    const double apart = a.logs[d] - b.logs[d];
    square += apart * apart;
    each += alike(apart);
  }
  double sum = kShapePart * alike(std::sqrt(square)) + kSizePart * alike(a.mean - b.mean) +
               kTrendPart * alike(a.mean - b.mean, kTrendOctaves);
  if (a.logs.size() > 1) sum += kLeastPart * alike(a.least - b.least) + kEachPart * each;
  for (std::size_t f = 0; f < a.flags.size(); ++f) {
    if (a.flags[f] != b.flags[f]) sum *= kOtherFlag;
  }
  return a.sister != b.sister ? sum * kOtherType : sum;
}

void Model::add(const Point& point, bool sister) {
  if (point.ns[base_] <= 0) return;
  places_.push_back(place_of(point, sister));
  largest_ = std::max(largest_, places_.back().mean);
  double best = point.ns[base_];
  for (const double ns : point.ns) {
    if (ns > 0) best = std::min(best, ns);
  }
  noise_.push_back(kNoise * kNoise +
                   (point.ns[base_] > 4 * best ? kGivenUpNoise * kGivenUpNoise : 0));
  for (std::size_t i = 0; i < arms_.size(); ++i) {
    double value = 0;
    if (i == base_) {
      value = std::log(point.ns[base_] / point.guess);
    } else if (point.ns[i] > 0) {
      value = std::clamp(std::log(point.ns[i] / point.ns[base_]), -kFarthest, kFarthest);
    } else {
      value = kFarthest;
    }
    targets_[i].push_back(value);
  }
}

void Model::solve() {
  const std::size_t n = places_.size();
  for (std::vector<double>& target : targets_) {
    double sum = 0;
    for (const double value : target) sum += value;
    centres_.push_back(n == 0 ? 0 : sum / static_cast<double>(n));
    for (double& value : target) value -= centres_.back();
  }
  // Cholesky's factor, row by row.
  std::vector<double> l(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = likeness(places_[i], places_[j]) + (i == j ? noise_[i] : 0);
      const double* a = &l[i * n];
      const double* b = &l[j * n];
      for (std::size_t k = 0; k < j; ++k) sum -= a[k] * b[k];
      l[i * n + j] = i == j ? std::sqrt(std::max(sum, 1e-9)) : sum / b[j];
    }
  }
  for (std::vector<double> x : targets_) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < i; ++k) x[i] -= l[i * n + k] * x[k];
      x[i] /= l[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t k = i + 1; k < n; ++k) x[i] -= l[k * n + i] * x[k];
      x[i] /= l[i * n + i];
    }
    weights_.push_back(std::move(x));
  }
}

std::vector<double> Model::times_at(const Point& at) const {
  Place place = place_of(at, false);
  bring_near(place);
  std::vector<double> logs = centres_;
  for (std::size_t p = 0; p < places_.size(); ++p) {
    const double like = likeness(place, places_[p]);
    for (std::size_t i = 0; i < arms_.size(); ++i) logs[i] += like * weights_[i][p];
  }
  std::vector<double> times(arms_.size());
  for (std::size_t i = 0; i < arms_.size(); ++i) {
    if (!measured_[i]) continue;
    times[i] = at.guess * std::exp(logs[base_] + (i == base_ ? 0 : logs[i]));
  }
  return times;
}

}  // namespace switchblas::tune
