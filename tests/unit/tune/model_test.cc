// SPDX-License-Identifier: BSD-3-Clause
#include "tune/model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace switchblas::tune {
namespace {

const std::vector<Arm> kArms = make_arms(2, true, true);

/// openblas*1 is as fast as its work says; BLIS takes 2 us more and is twice as fast.
Point call(double m, double n) {
  const double work = 0.1 * m * n;
  return {{m, n}, "", {work, 2000 + work / 2, 0, 0}, work};
}

std::vector<Point> some_calls() {
  std::vector<Point> points;
  for (double m = 4; m < 2000; m *= 3) {
    for (double n = 4; n < 2000; n *= 3) points.push_back(call(m, n));
  }
  return points;
}

TEST(Model, TellsTimesBetweenPoints) {
  const Model model(some_calls(), {}, kArms);
  for (const auto& [m, n] : {std::pair(20., 60.), std::pair(1000., 700.), std::pair(8., 600.)}) {
    const Point right = call(m, n);
    const std::vector<double> times = model.times_at({{m, n}, "", {}, right.guess});
    // Ratios beyond five are all the same.
    const double ratio = std::min(right.ns[1] / right.ns[0], 5.);
    EXPECT_NEAR(std::log(times[1] / times[0]), std::log(ratio), 0.3) << m << " " << n;
    EXPECT_EQ(times[2], 0);  // never measured
  }
}

TEST(Model, TheBetterArmStaysSoBeyondThePoints) {
  const Model model(some_calls(), {}, kArms);
  const Point large = call(8000, 8000);
  const std::vector<double> times = model.times_at({large.sizes, "", {}, large.guess});
  EXPECT_LT(times[1], times[0]);
}

TEST(Model, OtherTypesHelp) {
  const std::vector<Point> own = {call(4, 4)};
  const Point at = call(900, 900);
  const std::vector<double> alone = Model(own, {}, kArms).times_at(at);
  const std::vector<double> helped = Model(own, some_calls(), kArms).times_at(at);
  EXPECT_GE(alone[1], alone[0]);
  EXPECT_LT(helped[1], helped[0]);
}

TEST(Model, RoutinesThatOnlyBlisHas) {
  std::vector<Point> points = some_calls();
  for (Point& point : points) point.ns[0] = 0;
  const Point at = call(100, 100);
  const std::vector<double> times = Model(points, {}, kArms).times_at(at);
  EXPECT_EQ(times[0], 0);
  EXPECT_NEAR(std::log(times[1] / at.ns[1]), 0, 0.5);
}

}  // namespace
}  // namespace switchblas::tune
