// SPDX-License-Identifier: BSD-3-Clause
// The size of a team. libgomp keeps one pool of threads per calling thread, ends those that a
// smaller team does not need and creates them again for a larger one: one thread and back costs
// nothing, but N to M and back costs about as much as M to N new threads (bench_teams measures it).
// So a thread keeps the size that it has until another one has been wanted some times in a row.
#pragma once

namespace switchblas::threads {

/// Of a calling thread, for as long as it lives.
struct Team {
  unsigned short size;  ///< of its last team, 0: none yet
  unsigned char asked;  ///< how often in a row another size was wanted
};

/// How often a size must be wanted in a row before the team is changed for it.
inline constexpr int kAskedUntilChanged = 8;

/// The size to use where `wanted` (2 or more) threads are best and `most` may be used; `team` is
/// brought up to date. Sizes of at least three quarters of `most` are `most`, so that a process has
/// few of them. A larger team is kept at first; a smaller one too, unless it is less than two
/// thirds of what is wanted: a program that gives more threads shall see them.
inline int team_size(int wanted, int most, Team* team) noexcept {
  if (4 * wanted >= 3 * most) wanted = most;
  const int old = team->size;
  const bool may_keep = old > 1 && old <= most && 2 * wanted <= 3 * old;
  if (old != wanted && may_keep && ++team->asked < kAskedUntilChanged) return old;
  team->size = static_cast<unsigned short>(wanted);
  team->asked = 0;
  return wanted;
}

}  // namespace switchblas::threads
