// SPDX-License-Identifier: BSD-3-Clause
#include "tune/measure.h"

#include <gtest/gtest.h>

namespace switchblas::tune {
namespace {

TEST(Summarise, ComparesWithinRounds) {
  // The machine runs at half its speed in two of the rounds.
  const std::vector<Timing> timings =
      summarise({{100, 120}, {200, 240}, {100, 120}, {200, 240}, {100, 120}});
  EXPECT_DOUBLE_EQ(timings[1].ns / timings[0].ns, 1.2);
  EXPECT_LT(timings[1].spread, 1e-9);
  EXPECT_EQ(timings[1].rounds, 5);
}

TEST(Summarise, OneInterruptionDoesNotCount) {
  const std::vector<Timing> timings = summarise({{100, 110}, {100, 110}, {100, 9000}});
  EXPECT_NEAR(timings[1].ns, 110, 1e-9);
}

TEST(Summarise, RoundsThatDisagreeHaveASpread) {
  const std::vector<Timing> timings = summarise({{100, 90}, {100, 130}, {100, 110}, {100, 150}});
  EXPECT_GT(timings[1].spread, 0.05);
}

TEST(Summarise, ContendersThatWereGivenUp) {
  const std::vector<Timing> timings = summarise({{100, 300}, {100, 0}, {100, 0}});
  EXPECT_NEAR(timings[1].ns, 300, 1e-9);
  EXPECT_EQ(timings[1].rounds, 1);
  EXPECT_EQ(summarise({{100, 0}})[1].ns, 0);
}

TEST(Median, OfFewValues) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({3}), 3);
  EXPECT_EQ(median({9, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 9}), 3);
}

}  // namespace
}  // namespace switchblas::tune
