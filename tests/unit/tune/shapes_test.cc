// SPDX-License-Identifier: BSD-3-Clause
#include "tune/shapes.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <stdexcept>

#include "catalogue/routines.h"
#include "table/form.h"

namespace switchblas::tune {
namespace {

constexpr double kNoLimit = 1e12;

TEST(Subjects, AreOfTheCatalogue) {
  for (const Subject& subject : make_subjects({})) {
    const int index = table::find_routine(subject.routine());
    ASSERT_GE(index, 0) << subject.routine();
    const catalogue::RoutineInfo& routine = catalogue::kRoutines[index];
    EXPECT_EQ(subject.dims(), routine.dim_count) << subject.routine();
    EXPECT_LE(1U << subject.flags.size(), routine.variant_count) << subject.routine();
  }
}

TEST(Subjects, BySelection) {
  EXPECT_EQ(make_subjects({{"dgemm"}, "sdcz"}).size(), 4U);
  EXPECT_EQ(make_subjects({{"gemm"}, "sdcz"}).size(), 16U);
  EXPECT_EQ(make_subjects({{"gemm", "ddot"}, "d"}).size(), 5U);
  EXPECT_TRUE(make_subjects({{"dgemm"}, "s"}).empty());
  EXPECT_THROW(make_subjects({{"dgem"}, "d"}), std::invalid_argument);
  EXPECT_THROW(make_subjects({{}, "x"}), std::invalid_argument);
}

TEST(Shapes, FillTheSpaceOfSizes) {
  const Subject gemm = make_subjects({{"dgemm"}, "d"})[0];
  std::set<std::array<int, 3>> octants;
  int squares = 0;
  for (std::uint64_t i = 0; i < 64; ++i) {
    const Sizes sizes = filling_point(gemm, i, kNoLimit);
    for (const int size : sizes) {
      EXPECT_GE(size, 2);
      EXPECT_LE(size, 2048);
    }
    if (sizes[0] == sizes[1] && sizes[1] == sizes[2]) ++squares;
    octants.insert({sizes[0] < 64, sizes[1] < 64, sizes[2] < 64});
  }
  EXPECT_EQ(octants.size(), 8U);
  EXPECT_GE(squares, 20);
}

TEST(Shapes, CostNoMoreThanAllowed) {
  const Subject gemm = make_subjects({{"zgemm"}, "z"})[0];
  for (std::uint64_t i = 0; i < 200; ++i) {
    EXPECT_LE(guess_ns(gemm, filling_point(gemm, i, 1e6)), 1e6);
    EXPECT_LE(guess_ns(gemm, held_out_point(gemm, i, 1e6)), 1e6);
  }
}

TEST(Shapes, HeldOutOnesAreAlwaysTheSame) {
  const Subject dot = make_subjects({{"ddot"}, "d"})[0];
  const Subject gemm = make_subjects({{"dgemm"}, "d"})[0];
  EXPECT_EQ(held_out_point(gemm, 5, kNoLimit), held_out_point(gemm, 5, kNoLimit));
  std::set<Sizes> different;
  for (std::uint64_t i = 0; i < 50; ++i) different.insert(held_out_point(gemm, i, kNoLimit));
  EXPECT_GT(different.size(), 45U);
  int large = 0;
  for (std::uint64_t i = 0; i < 50; ++i) large += held_out_point(dot, i, kNoLimit)[0] > 100000;
  EXPECT_GT(large, 2);
}

}  // namespace
}  // namespace switchblas::tune
