// SPDX-License-Identifier: BSD-3-Clause
#include "table/find.h"

#include <gtest/gtest.h>

#include <limits>

#include "support.h"
#include "table/bins.h"
#include "table/describe.h"
#include "table/flags.h"

namespace switchblas::table::testing {
namespace {

constexpr std::int64_t kEndless = std::numeric_limits<std::int64_t>::max();

int bin_of(std::int64_t size, int count) { return bin(static_cast<float>(size), count); }

TEST(Bins, edges) {
  for (const int count : {kBins1, kBins2, kBins3})
    for (int b = 0; b < count; ++b) {
      const std::int64_t lower = bin_lower(b);
      const std::int64_t upper = bin_upper(b, count);
      if (b == 1) {
        EXPECT_LT(upper, lower);  // no whole number lies between 1.5 and 2
        continue;
      }
      // Above 2^24 sizes are rounded to float.
      if (lower >= (std::int64_t{1} << 24)) continue;
      EXPECT_EQ(bin_of(lower, count), b) << lower;
      EXPECT_EQ(bin_of(upper, count), b) << upper;
      if (b > 0) {
        EXPECT_LT(bin_of(lower - 1, count), b) << lower;
      }
    }
}

TEST(Bins, sizes_below_one_and_huge_ones) {
  for (const std::int64_t size : {std::int64_t{1}, std::int64_t{0}, std::int64_t{-1}, -kEndless})
    EXPECT_EQ(bin_of(size, kBins1), 0) << size;
  EXPECT_EQ(bin_of(kEndless, kBins1), kBins1 - 1);
  EXPECT_EQ(bin_of(kEndless, kBins3), kBins3 - 1);
  EXPECT_EQ(bin_upper(kBins2 - 1, kBins2), kEndless);
}

TEST(Bins, four_at_once_are_those_of_each) {
  for (const int count : {kBins1, kBins2, kBins3}) {
    for (int size = -3; size < 3000; ++size) {
      const float f = static_cast<float>(size);
      const float large = 65536 * f;
      const Ints b = bins_of(Floats{f, -f, large, 1}, count);
      EXPECT_EQ(b[0], bin(f, count)) << size;
      EXPECT_EQ(b[1], bin(-f, count)) << -size;
      EXPECT_EQ(b[2], bin(large, count)) << large;
      EXPECT_EQ(b[3], 0);
    }
  }
}

TEST(Bins, middle_lies_inside_and_is_exact_for_one_size) {
  for (int b = 0; b < kBins1; ++b) {
    if (b == 1) continue;
    EXPECT_GE(bin_middle(b), static_cast<double>(bin_lower(b)));
    EXPECT_LT(bin_middle(b), static_cast<double>(bin_lower(b + 1)));
  }
  EXPECT_EQ(bin_middle(0), 1);
  EXPECT_EQ(bin_middle(2), 2);
  EXPECT_EQ(bin_middle(3), 3);
}

TEST(Flags, letters_make_the_variant) {
  EXPECT_EQ(variant_of(routine("ddot"), ""), 0);
  EXPECT_EQ(variant_of(routine("dgemm"), "NN"), 0);
  EXPECT_EQ(variant_of(routine("dgemm"), "NT"), 1);
  EXPECT_EQ(variant_of(routine("dgemm"), "TN"), 2);
  EXPECT_EQ(variant_of(routine("zgemm"), "cC"), 3);
  EXPECT_EQ(variant_of(routine("dgemm"), ""), 0);
  // side and transa count, uplo and diag do not.
  EXPECT_EQ(variant_of(routine("dtrsm"), "LUNN"), 0);
  EXPECT_EQ(variant_of(routine("dtrsm"), "LLTU"), 1);
  EXPECT_EQ(variant_of(routine("dtrsm"), "RLNU"), 2);
  EXPECT_EQ(variant_of(routine("dtrsm"), "rutn"), 3);
}

TEST(Flags, what_is_refused) {
  EXPECT_EQ(variant_of(routine("dgemm"), "N"), -1);
  EXPECT_EQ(variant_of(routine("dgemm"), "NNN"), -1);
  EXPECT_EQ(variant_of(routine("dgemm"), "NX"), -1);
  EXPECT_EQ(variant_of(routine("dtrsm"), "LXNN"), -1);
  EXPECT_EQ(variant_of(routine("dtrsm"), "LUNC"), -1);
  EXPECT_EQ(variant_of(routine("ddot"), "N"), -1);
}

TEST(Find, rows_by_name) {
  const Image image = compiled(kSmallTable);
  const Header& table = image.table();
  for (const char* name : {"ddot", "dgemm", "dtrsm"}) {
    ASSERT_NE(find_row(table, name), nullptr) << name;
    EXPECT_STREQ(find_row(table, name)->name, name);
    EXPECT_EQ(find_row(table, routine(name)), find_row(table, name));
  }
  for (const char* name : {"", "a", "ddo", "ddott", "dgemv", "zzz", "dgemm_of_great_length"})
    EXPECT_EQ(find_row(table, name), nullptr) << name;
}

TEST(Find, a_row_of_another_form_is_not_used) {
  const Image image = compiled(kSmallTable);
  catalogue::RoutineInfo other = routine("dgemm");
  other.variant_count = 8;
  EXPECT_EQ(find_row(image.table(), other), nullptr);
  other = routine("dgemm");
  other.dim_count = 2;
  EXPECT_EQ(find_row(image.table(), other), nullptr);
}

TEST(Find, step_for_every_cap) {
  Ladder ladder{};
  ladder.count = 3;
  ladder.steps[0].min_cap = 1;
  ladder.steps[1].min_cap = 4;
  ladder.steps[2].min_cap = 16;
  const int caps[] = {-1, 0, 1, 3, 4, 15, 16, 17, 100000};
  const int steps[] = {0, 0, 0, 0, 1, 1, 2, 2, 2};
  for (int i = 0; i < 9; ++i)
    EXPECT_EQ(&step_for(ladder, caps[i]), &ladder.steps[steps[i]]) << caps[i];
}

TEST(Describe, tells_all_of_a_cell) {
  const Image image = compiled(kSmallTable);
  const std::int64_t sizes[] = {20, 700, 0};
  const Description found = describe(image.table(), "dgemm", "TN", sizes, 3);
  ASSERT_EQ(found.error, DescribeError::none);
  EXPECT_STREQ(found.row->name, "dgemm");
  EXPECT_EQ(found.variant, 2);
  EXPECT_STREQ(found.provenance, "published: in a test");
  const std::int64_t lower[] = {16, 512, 1};
  const std::int64_t upper[] = {23, 767, 1};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(found.lower[i], lower[i]) << i;
    EXPECT_EQ(found.upper[i], upper[i]) << i;
  }
  EXPECT_EQ(found.ladder_index, cell3(cells(image.table(), *found.row, 2), Floats{20, 700, 0, 0}));
  ASSERT_EQ(found.ladder->count, 1u);
  EXPECT_STREQ(backend_name(found.ladder->steps[0].backend), "openblas");

  const std::int64_t length[] = {kEndless};
  const Description dot = describe(image.table(), "ddot", "", length, 1);
  ASSERT_EQ(dot.error, DescribeError::none);
  EXPECT_STREQ(dot.provenance, "measured: in a test");
  EXPECT_EQ(dot.upper[0], kEndless);
  ASSERT_EQ(dot.ladder->count, 3u);
  EXPECT_EQ(dot.ladder->steps[1].threads, 4);
  EXPECT_EQ(dot.ladder->steps[2].threads, 0);
  EXPECT_EQ(dot.ladder->steps[2].min_cap, 16);
}

TEST(Describe, says_why_not) {
  const Image image = compiled(kSmallTable);
  const std::int64_t sizes[] = {1, 1, 1};
  const auto error = [&](const char* name, const char* flags, int count) {
    return describe(image.table(), name, flags, sizes, count).error;
  };
  EXPECT_EQ(error("dgemn", "", 3), DescribeError::unknown_routine);
  EXPECT_EQ(error("dgemm", "NX", 3), DescribeError::bad_flags);
  EXPECT_EQ(error("dgemm", "NN", 2), DescribeError::bad_sizes);
  EXPECT_EQ(error("sgemm", "NN", 3), DescribeError::not_in_table);
  EXPECT_EQ(error("dgemm", "NN", 3), DescribeError::none);
}

TEST(Describe, a_row_of_another_form) {
  std::string bytes = compile_table(kSmallTable, "small.toml").bytes;
  const Image right(bytes);
  const RoutineRow* row = find_row(right.table(), "dgemm");
  const std::size_t at = static_cast<std::size_t>(reinterpret_cast<const char*>(row) -
                                                  static_cast<const char*>(right.data()));
  bytes[at + offsetof(RoutineRow, variants)] = 2;
  const Image image(bytes);
  const std::int64_t sizes[] = {1, 1, 1};
  EXPECT_EQ(describe(image.table(), "dgemm", "NN", sizes, 3).error, DescribeError::other_form);
}

}  // namespace
}  // namespace switchblas::table::testing
