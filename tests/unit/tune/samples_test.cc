// SPDX-License-Identifier: BSD-3-Clause
#include "tune/samples.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace switchblas::tune {
namespace {

class Samples : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("switchblas-samples-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    file_ = folder_ / "t.samples.csv";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Sample sample(int n, double ns, bool held_out = false) {
    const Subject subject = make_subjects({{"dgemv"}, "d"})[1];
    return {subject, {n, 7, 0}, {{ns, 0.01, 5}, {}, {2 * ns, 0, 1}, {}}, held_out};
  }

  const std::vector<Arm> arms_ = make_arms(2, true, true);
  std::filesystem::path folder_, file_;
};

TEST_F(Samples, AreReadAgain) {
  {
    SampleFile file(file_, "here", arms_);
    EXPECT_TRUE(file.found().empty());
    file.append(sample(10, 123.4));
    file.append(sample(20, 5, true));
  }
  const SampleFile file(file_, "here", arms_);
  EXPECT_FALSE(file.started_over());
  ASSERT_EQ(file.found().size(), 2U);
  const Sample& first = file.found()[0];
  EXPECT_STREQ(first.subject.routine(), "dgemv");
  EXPECT_EQ(first.subject.flags, "T");
  EXPECT_EQ(first.sizes, (Sizes{10, 7, 0}));
  EXPECT_DOUBLE_EQ(first.timings[0].ns, 123.4);
  EXPECT_EQ(first.timings[0].rounds, 5);
  EXPECT_EQ(first.timings[1].ns, 0);
  EXPECT_FALSE(first.held_out);
  EXPECT_TRUE(file.found()[1].held_out);
}

TEST_F(Samples, TheLastTimesOfAShapeCount) {
  {
    SampleFile file(file_, "here", arms_);
    file.append(sample(10, 100));
    file.append(sample(10, 200));
  }
  const SampleFile file(file_, "here", arms_);
  ASSERT_EQ(file.found().size(), 1U);
  EXPECT_DOUBLE_EQ(file.found()[0].timings[0].ns, 200);
}

TEST_F(Samples, ALineThatWasCutOffIsPassedOver) {
  {
    SampleFile file(file_, "here", arms_);
    file.append(sample(10, 100));
  }
  std::ofstream(file_, std::ios::app) << "tune,dgemv,T,11,7";
  {
    SampleFile file(file_, "here", arms_);
    EXPECT_EQ(file.found().size(), 1U);
    file.append(sample(12, 100));
  }
  EXPECT_EQ(SampleFile(file_, "here", arms_).found().size(), 2U);
}

TEST_F(Samples, OfOtherConditionsArePutAside) {
  { SampleFile(file_, "here", arms_).append(sample(10, 100)); }
  const SampleFile file(file_, "there", arms_);
  EXPECT_TRUE(file.started_over());
  EXPECT_TRUE(file.found().empty());
  EXPECT_TRUE(std::filesystem::exists(file_.string() + ".old"));
}

TEST_F(Samples, AFileThatCannotBeWritten) {
  EXPECT_THROW(SampleFile(folder_ / "none" / "t.csv", "here", arms_), std::runtime_error);
}

}  // namespace
}  // namespace switchblas::tune
