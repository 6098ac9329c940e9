// SPDX-License-Identifier: BSD-3-Clause
// What the tuner writes compiles, and the compiled table answers what the rules say.
#include "tune/table_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "table/compile.h"
#include "table/open.h"
#include "tune/shapes.h"

namespace switchblas::tune {
namespace {

const std::vector<Arm> kArms = make_arms(2, true, true);

class Written : public testing::Test {
 protected:
  void SetUp() override {
    TableText text;
    text.name = "tuned";
    text.core = "zen5";
    text.cores = 2;
    text.openblas = "0.3.21";
    text.provenance = "measured: a \"quoted\" CPU";
    text.routines.push_back(
        {"dgemm", {{{{"size", 0, 64}}, {{"transa", 'T'}}, {0, 0}}, {{}, {}, {1, 3}}}});
    text.routines.push_back({"dgesv", {{{{"nrhs", 0, 8}}, {}, {0, 0}}, {{}, {}, {0, 2}}}});
    score_.shapes = 3;
    score_.regret = 1.02;
    source_ = table_text(text, kArms, score_);
    const std::string bytes = table::compile_table(source_, "t.toml").bytes;
    words_.resize((bytes.size() + 7) / 8);
    std::memcpy(words_.data(), bytes.data(), bytes.size());
    ASSERT_EQ(table::check_table(words_.data(), bytes.size()), table::OpenError::none);
  }

  const table::Header& table() const {
    return *reinterpret_cast<const table::Header*>(words_.data());
  }
  static Sample sample(const std::string& routine, std::size_t subject, Sizes sizes,
                       std::vector<double> ns = {1, 1, 1, 1}) {
    Sample sample{make_subjects({{routine}, "d"})[subject], sizes, {}, true};
    for (const double t : ns) sample.timings.push_back({t, 0, 5});
    return sample;
  }
  int chosen(const std::string& routine, std::size_t subject, Sizes sizes) const {
    return chosen_arm(table(), sample(routine, subject, sizes), kArms);
  }

  Score score_;
  std::string source_;
  std::vector<std::uint64_t> words_;
};

TEST_F(Written, AnswersByRule) {
  EXPECT_EQ(chosen("dgemm", 0, {10, 10, 10}), 3);  // NN
  EXPECT_EQ(chosen("dgemm", 2, {10, 10, 10}), 0);  // TN
  EXPECT_EQ(chosen("dgemm", 3, {500, 500, 500}), 3);
  EXPECT_EQ(chosen("dgesv", 0, {500, 4, 0}), 0);
  EXPECT_EQ(chosen("dgesv", 0, {500, 40, 0}), 2);
  EXPECT_EQ(chosen("ddot", 0, {500, 0, 0}), -1);  // not in the table
}

TEST_F(Written, SaysTheScore) {
  EXPECT_NE(source_.find("[score]\nshapes = 3\nregret = 1.0200\n"), std::string::npos) << source_;
}

TEST_F(Written, ScoreOfInventedTimes) {
  // Chosen: blis*all, half as fast as OpenBLAS on all threads at the first shape.
  const std::vector<Sample> samples = {sample("dgemm", 0, {100, 100, 100}, {100, 200, 50, 100}),
                                       sample("dgemm", 0, {200, 200, 200}, {100, 200, 200, 100})};
  const Score score = score_of(table(), samples, kArms);
  EXPECT_EQ(score.shapes, 2);
  EXPECT_NEAR(score.regret, std::sqrt(2.), 1e-9);
  EXPECT_NEAR(score.worst_regret, 2, 1e-9);
  EXPECT_EQ(score.worst_shape, "dgemm NN 100 100 100");
  EXPECT_NEAR(score.over_openblas, 1, 1e-9);  // half as fast once, twice as fast once
  EXPECT_NEAR(score.slower_share, 0.5, 1e-9);
  EXPECT_NEAR(score.worst_loss, 2, 1e-9);
  EXPECT_NEAR(loss_of(table(), samples[1], kArms), 0.5, 1e-9);
}

}  // namespace
}  // namespace switchblas::tune
