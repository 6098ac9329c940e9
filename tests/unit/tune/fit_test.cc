// SPDX-License-Identifier: BSD-3-Clause
// Rules grown on invented times, of which the right answer is known.
#include "tune/fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace switchblas::tune {
namespace {

const std::vector<Arm> kArms = make_arms(2, true, true);  // openblas*1 blis*1 openblas*all blis*all

int arm(const std::string& name) {
  for (std::size_t i = 0; i < kArms.size(); ++i) {
    if (kArms[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

/// Points of a vector routine; `times` gives those of the four arms for a size.
std::vector<Point> vectors(const std::function<std::vector<double>(double)>& times) {
  std::vector<Point> points;
  for (double n = 2; n < 1e6; n *= 1.19) points.push_back({{n}, "", times(n)});
  return points;
}

/// What the cells answer for a shape.
Ladder answer(const std::vector<Cell>& cells, const Form& form, const std::vector<double>& sizes,
              const std::string& flags = "") {
  for (const Cell& cell : cells) {
    bool holds = true;
    for (const Cell::Range& range : cell.ranges) {
      double product = 1;
      for (const double size : sizes) product *= size;
      double value = std::pow(product, 1 / static_cast<double>(sizes.size()));
      if (range.measure == "least") value = *std::min_element(sizes.begin(), sizes.end());
      if (range.measure == "most") value = *std::max_element(sizes.begin(), sizes.end());
      for (std::size_t d = 0; d < form.dims.size(); ++d) {
        if (form.dims[d] == range.measure) value = sizes[d];
      }
      holds = holds && value >= range.lower && value < range.upper;
    }
    for (const auto& [name, letter] : cell.flags) {
      for (std::size_t f = 0; f < form.flags.size(); ++f) {
        holds = holds && (form.flags[f] != name || flags[f] == letter);
      }
    }
    if (holds) return cell.ladder;
  }
  ADD_FAILURE() << "no cell holds";
  return {};
}

TEST(Fit, FindsTheSizeFromWhichThreadsPay) {
  const Form form{{"n"}, {}};
  const std::vector<Cell> cells = fit(vectors([](double n) {
                                        return std::vector<double>{n, 2 * n, n / 2 + 5000, 0};
                                      }),
                                      kArms, form, {});
  ASSERT_EQ(cells.size(), 2U);
  const Ladder one{arm("openblas*1"), arm("openblas*1")};
  const Ladder both{arm("openblas*1"), arm("openblas*all")};
  EXPECT_EQ(answer(cells, form, {100}), one);
  EXPECT_EQ(answer(cells, form, {6000}), one);
  EXPECT_EQ(answer(cells, form, {20000}), both);
  EXPECT_EQ(answer(cells, form, {1e9}), both);
  EXPECT_TRUE(cells.back().ranges.empty());
}

TEST(Fit, KeepsTheSimplerArmForGainsThatAreSmall) {
  const std::vector<Point> points = vectors([](double n) {
    return std::vector<double>{n, 0.98 * n, 0.99 * n, 0.97 * n};
  });
  const std::vector<Cell> cells = fit(points, kArms, {{"n"}, {}}, {});
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(cells[0].ladder, (Ladder{arm("openblas*1"), arm("openblas*1")}));
  FitOptions exact;
  exact.margin = 0;
  exact.penalty = 0;
  const std::vector<Cell> other = fit(points, kArms, {{"n"}, {}}, exact);
  EXPECT_EQ(other.back().ladder, (Ladder{arm("blis*1"), arm("blis*all")}));
}

TEST(Fit, OneWildTimeMakesNoCell) {
  const std::vector<Cell> cells =
      fit(vectors([](double n) {
            const bool wild = n > 900 && n < 1000;
            return std::vector<double>{wild ? 9 * n : n, 3 * n, 2 * n, 4 * n};
          }),
          kArms, {{"n"}, {}}, {});
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(cells[0].ladder, (Ladder{arm("openblas*1"), arm("openblas*1")}));
}

TEST(Fit, AnswersByFlagAndByShape) {
  const Form form{{"m", "n"}, {"trans"}};
  std::vector<Point> points;
  for (double m = 2; m < 3000; m *= 1.5) {
    for (double n = 2; n < 3000; n *= 1.5) {
      // BLIS wins where the smaller size is large, but for T.
      points.push_back({{m, n}, "N", {m * n, std::min(m, n) < 100 ? 3 * m * n : m * n / 3, 0, 0}});
      points.push_back({{m, n}, "T", {m * n, 3 * m * n, 0, 0}});
    }
  }
  const std::vector<Cell> cells = fit(points, kArms, form, {});
  const Ladder openblas{arm("openblas*1"), arm("openblas*1")};
  const Ladder blis{arm("blis*1"), arm("blis*1")};
  EXPECT_EQ(answer(cells, form, {40, 2000}, "N"), openblas);
  EXPECT_EQ(answer(cells, form, {2000, 40}, "N"), openblas);
  EXPECT_EQ(answer(cells, form, {500, 500}, "N"), blis);
  EXPECT_EQ(answer(cells, form, {500, 500}, "T"), openblas);
  EXPECT_LE(cells.size(), 3U);
}

TEST(Fit, ChargesWhatAnArmCostsInAStream) {
  const auto times = [](double n) { return std::vector<double>{n, n / 2, 0, 0}; };
  FitOptions options;
  options.stream_ns = {0, 4000, 0, 0};
  const Form form{{"n"}, {}};
  const std::vector<Cell> cells = fit(vectors(times), kArms, form, options);
  EXPECT_EQ(answer(cells, form, {500}), (Ladder{arm("openblas*1"), arm("openblas*1")}));
  EXPECT_EQ(answer(cells, form, {50000}), (Ladder{arm("blis*1"), arm("blis*1")}));
}

TEST(Fit, ARoutineThatOnlyOneLibraryHas) {
  const std::vector<Cell> cells = fit(vectors([](double n) {
                                        return std::vector<double>{0, n, 0, n / 2 + 1000};
                                      }),
                                      kArms, {{"n"}, {}}, {});
  for (const Cell& cell : cells) {
    EXPECT_EQ(cell.ladder.one, arm("blis*1"));
  }
  EXPECT_EQ(answer(cells, {{"n"}, {}}, {1e5}).many, arm("blis*all"));
}

TEST(Fit, SaysNothingOfTooFewPoints) {
  EXPECT_TRUE(fit({{{10.}, "", {1, 2, 3, 4}}}, kArms, {{"n"}, {}}, {}).empty());
}

TEST(Fit, UncertainWhereNeighboursDisagree) {
  const std::vector<Point> points = vectors([](double n) {
    return n < 1000 ? std::vector<double>{n, 3 * n, 3 * n, 3 * n}
                    : std::vector<double>{3 * n, n, 3 * n, 3 * n};
  });
  const auto at = [&](double n) { return uncertainty(points, kArms, {{n}, "", {}}, {}, 4); };
  EXPECT_GT(at(1000), 4 * at(50));
  EXPECT_GT(at(1000), 4 * at(100000));
}

TEST(Fit, TheWildTimeFitsLeast) {
  std::vector<Point> points = vectors([](double n) {
    return std::vector<double>{n, 3 * n, 3 * n, 3 * n};
  });
  points[20].ns[0] *= 9;
  EXPECT_GT(misfit(points, kArms, 20, {}, 5), 0.5);
  EXPECT_LT(misfit(points, kArms, 10, {}, 5), 0.01);
}

TEST(Arms, ThreadCounts) {
  const auto names = [](const std::vector<Arm>& arms) {
    std::string text;
    for (const Arm& a : arms) text += a.name + " ";
    return text;
  };
  EXPECT_EQ(names(kArms), "openblas*1 blis*1 openblas*all blis*all ");
  EXPECT_EQ(names(make_arms(1, true, true)), "openblas*1 blis*1 ");
  EXPECT_EQ(names(make_arms(4, false, false)), "openblas*1 openblas*4 ");
  EXPECT_EQ(names(make_arms(64, true, false)), "openblas*1 openblas*16 openblas*all ");
}

}  // namespace
}  // namespace switchblas::tune
