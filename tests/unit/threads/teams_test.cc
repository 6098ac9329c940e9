// SPDX-License-Identifier: BSD-3-Clause
#include "threads/teams.h"

#include <gtest/gtest.h>

#include <set>

namespace switchblas::threads {
namespace {

TEST(TeamSize, first_call_gets_what_it_wants) {
  Team team{};
  EXPECT_EQ(team_size(8, 64, &team), 8);
  EXPECT_EQ(team.size, 8);
}

TEST(TeamSize, nearly_all_is_all) {
  Team team{};
  EXPECT_EQ(team_size(48, 64, &team), 64);
  EXPECT_EQ(team_size(47, 64, &(team = Team{})), 47);
}

TEST(TeamSize, stream_of_changing_wishes_has_one_team) {
  Team team{};
  std::set<int> sizes;
  team_size(64, 64, &team);
  for (int i = 0; i < 100; ++i) sizes.insert(team_size(i % 2 == 0 ? 8 : 64, 64, &team));
  EXPECT_EQ(sizes, std::set<int>{64});
}

TEST(TeamSize, lasting_wish_is_granted) {
  Team team{};
  team_size(64, 64, &team);
  int calls = 1;
  while (team_size(8, 64, &team) != 8) ++calls;
  EXPECT_EQ(calls, kAskedUntilChanged);
  EXPECT_EQ(team_size(8, 64, &team), 8);
}

TEST(TeamSize, much_larger_team_is_not_waited_for) {
  Team team{};
  team_size(8, 64, &team);
  EXPECT_EQ(team_size(12, 64, &team), 8);
  EXPECT_EQ(team_size(13, 64, &team), 13);
  EXPECT_EQ(team_size(64, 64, &team), 64);
}

TEST(TeamSize, team_above_the_cap_is_not_kept) {
  Team team{};
  team_size(64, 64, &team);
  EXPECT_EQ(team_size(8, 16, &team), 8);
}

}  // namespace
}  // namespace switchblas::threads
