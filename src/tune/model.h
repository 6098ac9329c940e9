// SPDX-License-Identifier: BSD-3-Clause
// What calls of one routine take on each arm at shapes that were not measured: a Gaussian process
// over the logarithms of sizes, for the ratio of each arm to the simplest one that there is. Few
// samples of a noisy machine then give smooth borders, and other types of the family help where a
// routine has few samples of its own. Immutable once made; the same result on every machine but for
// rounding.
#pragma once

#include <vector>

#include "tune/fit.h"

namespace switchblas::tune {

class Model {
 public:
  /// `sisters`: points of the family's other types. Cost: the cube of the number of points.
  Model(const std::vector<Point>& points, const std::vector<Point>& sisters,
        const std::vector<Arm>& arms);

  /// The time of each arm; 0 for those that no point of the routine itself has.
  std::vector<double> times_at(const Point& at) const;

 private:
  struct Place {
    std::vector<double> logs;  // of the sizes, base 2
    double mean = 0, least = 0;
    std::string flags;
    bool sister = false;
  };
  /// A shape beyond all points stands for the one of the same proportions at their border.
  void bring_near(Place& place) const;
  static Place place_of(const Point& point, bool sister);
  static double likeness(const Place& a, const Place& b);
  void add(const Point& point, bool sister);
  void solve();

  std::vector<Arm> arms_;
  std::vector<bool> measured_;
  std::size_t base_ = 0;  // the arm that others are compared with
  std::vector<Place> places_;
  double largest_ = 0;                        // mean of the logarithms
  std::vector<double> noise_;                 // variance at each place
  std::vector<std::vector<double>> targets_;  // of each arm: logarithms at the places, centred
  std::vector<double> centres_;
  std::vector<std::vector<double>> weights_;  // of each arm: of the places
};

}  // namespace switchblas::tune
